package io.hikyaku.call.http2.server;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;

/// How many streams one connection may reset, or make us reset by its mistakes: each was a request that we began to
/// serve (CVE-2023-44487, CVE-2025-8671). A response that began pays for one: callers that give up some of their calls,
/// or take from streams only what they need, are not a flood, and callers that flood do not wait for responses. Belongs
/// to its event loop.
final class ResetBudget {
    /// Responses that can be saved up.
    static final int MAX_PAID = 1000;

    private final int max;
    private final long windowNanos;
    private long windowStart;
    private int inWindow;
    private int paid;

    /// @param max resets within the time that no responses have paid for
    ResetBudget(int max, int seconds, long now) {
        this.max = max;
        this.windowNanos = TimeUnit.SECONDS.toNanos(seconds);
        this.windowStart = now;
    }

    /// What ends a connection that has spent too much.
    static Http2Exception tooMany() {
        return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "Too many resets");
    }

    /// A response has begun.
    void onResponse() {
        paid = Math.min(paid + 1, MAX_PAID);
    }

    /// A stream is reset.
    ///
    /// @return false: this was one too many
    boolean spend(long now) {
        if (paid > 0) {
            paid--;
            return true;
        }
        if (now - windowStart >= windowNanos) {
            windowStart = now;
            inWindow = 0;
        }
        inWindow++;
        return inWindow <= max;
    }
}
