package io.hikyaku.call.http2;

import java.util.concurrent.TimeUnit;

/// How many streams one connection may make us reset by its mistakes: each was a request that we began to serve, and
/// frees its place for the next (CVE-2025-8671). Netty's own limit holds only for encoders that Netty makes. Belongs to
/// its event loop.
final class ResetBudget {
    private final int max;
    private final long windowNanos;
    private long windowStart;
    private int inWindow;

    /// @param max resets within the time
    ResetBudget(int max, int seconds, long now) {
        this.max = max;
        this.windowNanos = TimeUnit.SECONDS.toNanos(seconds);
        this.windowStart = now;
    }

    /// A stream is reset.
    ///
    /// @return false: that was one too many
    boolean spend(long now) {
        if (now - windowStart >= windowNanos) {
            windowStart = now;
            inWindow = 0;
        }
        inWindow++;
        return inWindow <= max;
    }
}
