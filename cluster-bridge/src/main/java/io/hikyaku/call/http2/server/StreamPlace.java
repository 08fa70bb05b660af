package io.hikyaku.call.http2.server;

/// A stream's place among those that a caller's connection may have: it is kept after the stream is gone, until the far
/// side has heard of the call's end. Otherwise a caller could have any number of calls ending at a service at once, by
/// cancelling faster than that takes (CVE-2023-44487), or by making us do it (CVE-2025-8671).
final class StreamPlace {
    private final CallerHttp2Connection connection;
    private boolean cancelling;
    private boolean closed;

    StreamPlace(CallerHttp2Connection connection) {
        this.connection = connection;
    }

    /// The call is cancelled, and the far side does not know yet.
    ///
    /// @return to be run when it does
    Runnable onCancelled() {
        cancelling = true;
        return () -> {
            cancelling = false;
            if (closed) {
                connection.leavePlace();
            }
        };
    }

    /// The stream is gone.
    void onClosed() {
        closed = true;
        if (cancelling) {
            connection.keepPlace();
        }
    }
}
