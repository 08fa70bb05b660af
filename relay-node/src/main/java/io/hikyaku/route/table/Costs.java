package io.hikyaku.route.table;

import io.hikyaku.wire.route.RoutingFrame;

/// Arithmetic of path costs: expected round trips in microseconds. Each hop costs a millisecond at least, so that
/// within one site the number of hops decides and not the noise of a local network.
public final class Costs {
    static final long PER_HOP = 1_000;
    public static final long MAX = RoutingFrame.GONE - 1;
    /// The cost that a node announces for its paths when it is about to stop: nine minutes, which is more than any
    /// other path costs.
    static final long LAST_RESORT = 1L << 29;
    private static final long NOISE = 2_000;

    private Costs() {}

    /// @param roundTripMicros as measured, or negative when it never was
    static long ofHop(long roundTripMicros) {
        return Math.clamp(roundTripMicros, PER_HOP, MAX);
    }

    public static long sum(long a, long b) {
        return Math.min(a + b, MAX);
    }

    /// What a path costs over a node that is about to stop.
    public static long asLastResort(long cost) {
        return Math.max(cost, LAST_RESORT);
    }

    /// Whether two costs differ by more than noise: by more than two milliseconds and by more than a quarter.
    public static boolean differ(long before, long now) {
        long difference = Math.abs(before - now);
        return difference > NOISE && difference * 4 > before;
    }

    /// Whether it is worth moving from a path of cost `current` to one of cost `other`.
    public static boolean clearlyBetter(long other, long current) {
        return other < current && differ(current, other);
    }
}
