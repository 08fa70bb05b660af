package io.hikyaku.call.observe.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// Durations counted in buckets from 1 ms to 60 s, as Prometheus' classic histograms have them. From any thread; a
/// duration costs two increments, a fifth of what a timer of Micrometer's does.
final class DurationHistogram {
    /// Upper bounds, each its bucket's own.
    static final long[] BOUNDS_MILLIS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000
    };

    private static final long[] BOUNDS_NANOS = boundsNanos();

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_NANOS.length + 1);
    private final LongAdder sumNanos = new LongAdder();

    void add(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        counts.getAndIncrement(bucket);
        sumNanos.add(nanos);
    }

    /// The count of each single bucket, the last without an upper bound.
    List<Long> counts() {
        List<Long> all = new ArrayList<>();
        for (int bucket = 0; bucket < counts.length(); bucket++) {
            all.add(counts.get(bucket));
        }
        return all;
    }

    double sumSeconds() {
        return sumNanos.sum() / 1e9;
    }

    private static long[] boundsNanos() {
        long[] bounds = new long[BOUNDS_MILLIS.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = TimeUnit.MILLISECONDS.toNanos(BOUNDS_MILLIS[i]);
        }
        return bounds;
    }
}
