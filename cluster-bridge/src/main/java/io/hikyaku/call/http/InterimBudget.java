package io.hikyaku.call.http;

import io.hikyaku.call.http.field.BadMessage;

/// How many interim responses a service may give to one request: enough for a service that says every few seconds, for
/// hours, that it is still working, and for heads full of hints; more is a flood. Belongs to its event loop.
public final class InterimBudget {
    static final int MAX_COUNT = 1000;
    static final int MAX_BYTES = 1024 * 1024;

    private int count;
    private long bytes;

    /// Another one came.
    ///
    /// @param size of its head
    /// @throws BadMessage if that is one too many
    public void spend(long size) {
        count++;
        bytes += size;
        if (count > MAX_COUNT || bytes > MAX_BYTES) {
            throw BadMessage.badRequest("too many interim responses");
        }
    }
}
