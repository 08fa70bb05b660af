package io.hikyaku.route;

import io.hikyaku.route.table.Egress;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The bound on what waits in all links together. Summing them up for every packet would cost too much, so packets
/// into links with a backlog are counted on top of the last sum, and only when that could exceed the bound is it
/// summed again, at most once a millisecond. Links with a backlog below [#BACKLOG] are not counted packet by
/// packet. Any thread.
final class QueueBudget {
    /// Links with fewer bytes waiting are ignored.
    static final long BACKLOG = 64 * 1024;

    private static final long RESUM_NANOS = 1_000_000;

    enum Fill {
        ROOM,
        /// Above three quarters: sources of links with a backlog should pause.
        TIGHT,
        FULL
    }

    private final long limit;
    private final Collection<Egress> links;
    private final LongSupplier clock;
    private final AtomicLong added = new AtomicLong();
    private volatile long sum;
    private volatile long summedAt;

    /// @param limit in bytes
    /// @param links all live links, a view that may change at any time
    QueueBudget(long limit, Collection<Egress> links, LongSupplier clock) {
        this.limit = limit;
        this.links = links;
        this.clock = clock;
        this.summedAt = clock.getAsLong() - RESUM_NANOS;
    }

    /// Counts a packet that goes into a link with a backlog; on FULL it must not.
    Fill take(int bytes) {
        long used = sum + added.addAndGet(bytes);
        if (used > limit / 4 * 3 && clock.getAsLong() - summedAt >= RESUM_NANOS) {
            used = measure() + bytes;
        }
        if (used > limit) {
            added.addAndGet(-bytes);
            return Fill.FULL;
        }
        return used > limit / 4 * 3 ? Fill.TIGHT : Fill.ROOM;
    }

    /// Whether more than three quarters are used.
    boolean isTight() {
        long used = sum + added.get();
        if (used > limit / 4 * 3 && clock.getAsLong() - summedAt >= RESUM_NANOS) {
            used = measure();
        }
        return used > limit / 4 * 3;
    }

    private synchronized long measure() {
        long total = 0;
        for (Egress egress : links) {
            total += egress.sink().queuedBytes();
        }
        added.set(0);
        sum = total;
        summedAt = clock.getAsLong();
        return total;
    }

    /// Bytes waiting now, summed anew.
    long used() {
        return measure();
    }
}
