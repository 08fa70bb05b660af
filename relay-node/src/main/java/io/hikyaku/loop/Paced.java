package io.hikyaku.loop;

import java.time.Duration;

/// Runs an action soon after it was asked for, but never twice within a gap: the first request after a quiet time is
/// served at once, a storm of them once per gap. Touched only by its loop.
public final class Paced {
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
        action.run();
    }
}
