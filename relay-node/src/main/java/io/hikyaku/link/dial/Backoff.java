package io.hikyaku.link.dial;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: anything up to a bound. The bound doubles from attempt to attempt, but
/// stays below a second at first, and later below a quarter of the time that has passed in vain: a neighbour that was
/// away for five seconds is found again after six, and one that is away for hours is not dialled all the time. The
/// whole wait is random, so that a thousand bridges whose relay went away do not come back in step. Used by one thread.
final class Backoff {
    /// Up to this the bound grows however short the outage is.
    static final Duration SHORT = Duration.ofSeconds(1);
    /// The fraction of the outage so far that the bound may reach.
    static final int SHARE = 4;

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

    /// @param outage how long there has been no link
    Duration next(Duration outage) {
        long wait = random.nextLong(boundNanos + 1);
        long longest = Math.min(maxNanos, Math.max(SHORT.toNanos(), outage.toNanos() / SHARE));
        boundNanos = Math.max(minNanos, Math.min(longest, 2 * boundNanos));
        return Duration.ofNanos(wait);
    }

    void reset() {
        boundNanos = minNanos;
    }
}
