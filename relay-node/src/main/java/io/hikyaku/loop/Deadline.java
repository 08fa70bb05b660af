package io.hikyaku.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One time limit that is set anew often and passes seldom: moving it costs a clock read, not a timer. Belongs to its
/// event loop.
public final class Deadline implements Runnable {
    private final EventLoop loop;
    private final Runnable onPassed;
    private @Nullable ScheduledFuture<?> timer;
    private boolean set;
    private long atNanos;
    private long timerNanos;

    /// @param onPassed runs on the loop each time that the limit passes; the deadline is then clear
    public Deadline(EventLoop loop, Runnable onPassed) {
        this.loop = loop;
        this.onPassed = Guarded.of("a time limit", onPassed);
    }

    /// Puts the limit at `after` from now.
    public void set(Duration after) {
        set = true;
        atNanos = now() + after.toNanos();
        if (timer != null && timerNanos - atNanos > 0) {
            cancelTimer();
        }
        if (timer == null) {
            arm();
        }
    }

    /// No limit for now. A timer may stay armed, and finds nothing to do.
    public void clear() {
        set = false;
    }

    /// No limit any more, and no timer.
    public void close() {
        set = false;
        cancelTimer();
    }

    @Override
    public void run() {
        timer = null;
        if (!set) {
            return;
        }
        if (atNanos - now() > 0) {
            arm();
            return;
        }
        set = false;
        onPassed.run();
    }

    private void arm() {
        timerNanos = atNanos;
        timer = loop.schedule(this, Math.max(0, atNanos - now()), TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        ScheduledFuture<?> armed = timer;
        if (armed != null) {
            armed.cancel(false);
            timer = null;
        }
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
