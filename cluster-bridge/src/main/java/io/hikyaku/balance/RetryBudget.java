package io.hikyaku.balance;

import java.util.function.LongPredicate;

/// How many calls of one port that may have run may be repeated: a share of the calls of the last seconds on this event
/// loop, and a few of the whole process besides, so that repeats cannot multiply the load on a service that is failing.
/// Belongs to its event loop; reads no clock.
final class RetryBudget {
    private final int percent;
    private final LongPredicate free;
    private final RecentCount calls = new RecentCount();
    private final RecentCount repeats = new RecentCount();

    /// @param percent of calls; 0: no repeats at all
    /// @param free takes one of those that need no calls, at a time in nanoseconds
    RetryBudget(int percent, LongPredicate free) {
        this.percent = percent;
        this.free = free;
    }

    void onCall(long nowNanos) {
        calls.add(nowNanos);
    }

    /// Takes one repeat out of the budget, if there is one.
    boolean take(long nowNanos) {
        if (percent == 0) {
            return false;
        }
        if (repeats.sum(nowNanos) < calls.sum(nowNanos) * percent / 100) {
            repeats.add(nowNanos);
            return true;
        }
        return free.test(nowNanos);
    }
}
