package io.hikyaku.loop;

import java.time.Duration;

/// Runs an action soon after it was asked for, but never twice within a gap: the first request after a quiet time is
/// served at once, a storm of them once per gap. One that fails is tried again until it succeeds, for what it was asked
/// for has not been done. Touched only by its loop.
public final class Paced {
    /// How soon an action that failed is run again.
    static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final Loop loop;
    private final long gapNanos;
    private final Runnable action;
    private boolean pending;
    private long earliest;

    public Paced(Loop loop, Duration gap, Runnable action) {
        this.loop = loop;
        this.gapNanos = gap.toNanos();
        this.action = action;
        this.earliest = loop.nanos();
    }

    public void request() {
        if (pending) {
            return;
        }
        pending = true;
        long wait = earliest - loop.nanos();
        if (wait > 0) {
            loop.schedule(Duration.ofNanos(wait), this::run);
        } else {
            loop.execute(this::run);
        }
    }

    private void run() {
        pending = false;
        earliest = loop.nanos() + gapNanos;
        boolean done = false;
        try {
            action.run();
            done = true;
        } finally {
            if (!done) {
                earliest = loop.nanos() + Math.max(gapNanos, TRY_AGAIN.toNanos());
                request();
            }
        }
    }
}
