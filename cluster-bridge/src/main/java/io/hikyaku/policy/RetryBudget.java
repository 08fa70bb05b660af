package io.hikyaku.policy;

import java.util.concurrent.TimeUnit;

/// How many calls of one port that may have run may be repeated: a share of the calls of the last seconds, and a few
/// each second besides, so that repeats cannot multiply the load on a service that is failing. Belongs to its event
/// loop; reads no clock.
final class RetryBudget {
    static final int WINDOW_SECONDS = 10;
    /// Repeats in a second that need no calls to stand against.
    static final int FREE_PER_SECOND = 3;

    private final int percent;
    private final int[] calls = new int[WINDOW_SECONDS];
    private final int[] repeats = new int[WINDOW_SECONDS];
    private long second;
    private long callsInWindow;
    private long repeatsInWindow;

    /// @param percent of calls; 0: no repeats at all
    RetryBudget(int percent) {
        this.percent = percent;
    }

    void onCall(long nowNanos) {
        calls[slot(nowNanos)]++;
        callsInWindow++;
    }

    /// Takes one repeat out of the budget, if there is one.
    boolean take(long nowNanos) {
        int slot = slot(nowNanos);
        long allowed = callsInWindow * percent / 100 + FREE_PER_SECOND * WINDOW_SECONDS;
        if (percent == 0 || repeatsInWindow >= allowed) {
            return false;
        }
        repeats[slot]++;
        repeatsInWindow++;
        return true;
    }

    /// The place of this second, with what is older than the window forgotten.
    private int slot(long nowNanos) {
        long now = Math.floorDiv(nowNanos, TimeUnit.SECONDS.toNanos(1));
        for (long passed = Math.min(now - second, WINDOW_SECONDS); passed > 0; passed--) {
            int oldest = Math.floorMod(now - passed + 1, WINDOW_SECONDS);
            callsInWindow -= calls[oldest];
            repeatsInWindow -= repeats[oldest];
            calls[oldest] = 0;
            repeats[oldest] = 0;
        }
        second = now;
        return Math.floorMod(now, WINDOW_SECONDS);
    }
}
