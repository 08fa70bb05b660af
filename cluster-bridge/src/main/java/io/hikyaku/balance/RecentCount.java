package io.hikyaku.balance;

import java.util.concurrent.TimeUnit;

/// Counts what happens, and forgets it after ten seconds. Reads no clock.
final class RecentCount {
    static final int SECONDS = 10;

    private final int[] counts = new int[SECONDS];
    private boolean used;
    private long second;
    private long sum;

    void add(long nowNanos) {
        counts[slot(nowNanos)]++;
        sum++;
    }

    long sum(long nowNanos) {
        slot(nowNanos);
        return sum;
    }

    /// The place of this second, with what is older than that forgotten. A time before the last one, as another
    /// event loop may have taken it, is the last one.
    private int slot(long nowNanos) {
        long now = Math.floorDiv(nowNanos, TimeUnit.SECONDS.toNanos(1));
        if (!used || now > second) {
            for (long passed = used ? Math.min(now - second, SECONDS) : 0; passed > 0; passed--) {
                int oldest = Math.floorMod(now - passed + 1, SECONDS);
                sum -= counts[oldest];
                counts[oldest] = 0;
            }
            used = true;
            second = now;
        }
        return Math.floorMod(second, SECONDS);
    }
}
