package io.hikyaku.link;

import java.time.Duration;

/// Whether the neighbour lives, and how far away it is (PROTOCOL.md §3.4). Counts turns of a timer in which nothing was
/// heard, rather than comparing times: a process that was suspended, or whose clock leapt, must not take its neighbour
/// for dead before it has read what waits in the socket. Its round trip may be read by any thread; all else belongs to
/// the link's event loop.
final class Keepalive {
    /// A shorter round trip counts more than a longer one: what delays a ping is mostly not the way.
    private static final int DOWN = 2;

    private static final int UP = 8;
    private static final long NONE = -1;

    private final int deadAfterTurns;
    private final long longestNanos;
    private final long startNanos;
    private boolean heard;
    private int silentTurns;
    private volatile long roundTripMicros = NONE;

    Keepalive(Duration interval, Duration deadAfter, long nowNanos) {
        long turns = (deadAfter.toNanos() + interval.toNanos() - 1) / interval.toNanos();
        this.deadAfterTurns = (int) Math.max(1, Math.min(turns, Integer.MAX_VALUE));
        this.longestNanos = 2 * deadAfter.toNanos();
        this.startNanos = nowNanos;
    }

    /// Any byte counts: a large packet on a slow line is a sign of life for as long as it takes.
    void onBytes() {
        heard = true;
    }

    /// One interval has passed.
    ///
    /// @return whether the neighbour is to be taken for dead
    boolean onTurn() {
        silentTurns = heard ? 0 : silentTurns + 1;
        heard = false;
        return silentTurns >= deadAfterTurns;
    }

    /// The token of a ping that leaves now. It is the time of leaving, so that round trips longer than the
    /// interval, with several pings under way, are measured too.
    long pingToken(long nowNanos) {
        return nowNanos - startNanos;
    }

    /// A token that no ping of the last while can have had is ignored.
    void onPong(long token, long nowNanos) {
        long nanos = nowNanos - startNanos - token;
        if (token < 0 || nanos < 0 || nanos > longestNanos) {
            return;
        }
        long sample = Math.max(1, nanos / 1_000);
        long smoothed = roundTripMicros;
        int share = sample < smoothed ? DOWN : UP;
        roundTripMicros = smoothed == NONE ? sample : Math.max(1, smoothed + (sample - smoothed) / share);
    }

    /// Smoothed, −1 before the first measurement; any thread.
    long roundTripMicros() {
        return roundTripMicros;
    }
}
