package io.hikyaku.call.observe.meter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The calls that ended within the last minute, in slices of 5 s: how many, how many failed, and how long they took,
/// each duration within a tenth. From any thread; a call costs two increments.
public final class RecentCalls {
    static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final int SLICES = 12;

    /// Buckets for each doubling of the duration.
    private static final int STEPS = 4;
    private static final int STEP_BITS = 2;
    private static final int BUCKETS = STEPS * Long.SIZE;
    private static final int FAILED = BUCKETS;

    /// Durations are counted in units of 16 µs: finer than calls between clusters differ.
    private static final int UNIT_BITS = 14;

    private final AtomicReferenceArray<Slice> slices = new AtomicReferenceArray<>(SLICES + 1);
    private final long originNanos;

    private record Slice(long number, AtomicIntegerArray counts) {}

    /// A minute in numbers.
    ///
    /// @param failedShare 0 to 1
    /// @param p50Nanos half of the calls took no longer; 0 if there were none
    public record Minute(double perSecond, double failedShare, long p50Nanos, long p99Nanos) {}

    /// @param originNanos now, on the clock of the calls
    RecentCalls(long originNanos) {
        this.originNanos = originNanos;
    }

    /// A call ended.
    ///
    /// @param nowNanos when
    void add(long nowNanos, long durationNanos, boolean failed) {
        AtomicIntegerArray counts = counts(nowNanos);
        counts.getAndIncrement(bucket(durationNanos));
        if (failed) {
            counts.getAndIncrement(FAILED);
        }
    }

    /// The minute before `nowNanos`, or as much of it as there has been.
    Minute lastMinute(long nowNanos) {
        long now = number(nowNanos);
        long[] sums = new long[BUCKETS + 1];
        for (int i = 0; i < slices.length(); i++) {
            Slice slice = slices.get(i);
            if (slice != null && slice.number > now - SLICES && slice.number <= now) {
                for (int bucket = 0; bucket < sums.length; bucket++) {
                    sums[bucket] += slice.counts.get(bucket);
                }
            }
        }
        long calls = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            calls += sums[bucket];
        }
        if (calls == 0) {
            return new Minute(0, 0, 0, 0);
        }
        return new Minute(
                calls / seconds(nowNanos, now),
                (double) sums[FAILED] / calls,
                quantile(sums, (calls + 1) / 2),
                quantile(sums, calls - calls / 100));
    }

    /// What the slices cover: not yet a minute after the start, and the current one in part.
    private double seconds(long nowNanos, long now) {
        long first = Math.max(0, now - SLICES + 1);
        return Math.max(1, (nowNanos - originNanos - first * SLICE_NANOS) / 1e9);
    }

    private static long quantile(long[] sums, long rank) {
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += sums[bucket];
            if (seen >= rank) {
                return middle(bucket);
            }
        }
        return 0;
    }

    private AtomicIntegerArray counts(long nowNanos) {
        long number = number(nowNanos);
        int at = (int) (number % slices.length());
        Slice slice = slices.get(at);
        while (slice == null || slice.number < number) {
            slices.compareAndSet(at, slice, new Slice(number, new AtomicIntegerArray(BUCKETS + 1)));
            slice = slices.get(at);
        }
        return slice.counts;
    }

    private long number(long nowNanos) {
        return Math.max(0, nowNanos - originNanos) / SLICE_NANOS;
    }

    /// Four buckets to each power of two, as a floating-point number has them.
    static int bucket(long nanos) {
        long units = Math.max(0, nanos) >>> UNIT_BITS;
        if (units < STEPS) {
            return (int) units;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(units);
        int step = (int) (units >>> power - STEP_BITS) & STEPS - 1;
        return (power - 1) * STEPS + step;
    }

    /// The middle of a bucket, in nanoseconds.
    static long middle(int bucket) {
        if (bucket < STEPS) {
            return ((long) bucket << UNIT_BITS) + (1L << UNIT_BITS - 1);
        }
        int power = bucket / STEPS + 1;
        long width = 1L << power - STEP_BITS;
        long low = (1L << power) + bucket % STEPS * width;
        return (low << UNIT_BITS) + (width << UNIT_BITS - 1);
    }
}
