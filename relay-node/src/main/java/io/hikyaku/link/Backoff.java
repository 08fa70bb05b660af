package io.hikyaku.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: anything up to a bound that doubles from attempt to attempt. The whole
/// wait is random, so that a thousand edges whose relay went away do not come back in step. Used by one thread.
final class Backoff {
    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long boundNanos;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.boundNanos = minNanos;
    }

    Duration next() {
        long wait = random.nextLong(boundNanos + 1);
        boundNanos = Math.min(maxNanos, 2 * boundNanos);
        return Duration.ofNanos(wait);
    }

    void reset() {
        boundNanos = minNanos;
    }
}
