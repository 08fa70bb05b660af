package io.hikyaku.node;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Whether a counter has not moved for a while. For one thread.
final class QuiescenceCheck implements BooleanSupplier {
    private final LongSupplier counter;
    private final LongSupplier nanos;
    private final long wantedNanos;
    private long last;
    private long sinceNanos;

    QuiescenceCheck(LongSupplier counter, Duration wanted, LongSupplier nanos) {
        this.counter = counter;
        this.nanos = nanos;
        this.wantedNanos = wanted.toNanos();
        this.last = counter.getAsLong();
        this.sinceNanos = nanos.getAsLong();
    }

    @Override
    public boolean getAsBoolean() {
        long now = nanos.getAsLong();
        long count = counter.getAsLong();
        if (count != last) {
            last = count;
            sinceNanos = now;
        }
        return now - sinceNanos >= wantedNanos;
    }
}
