package io.hikyaku.call.exchange;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The time that one call was given in all. Belongs to its event loop.
final class TimeLimit {
    private final EventLoop loop;
    private final long atNanos;
    private final ScheduledFuture<?> timer;

    private TimeLimit(EventLoop loop, long nanos, Runnable onPassed) {
        this.loop = loop;
        this.atNanos = loop.ticker().nanoTime() + nanos;
        this.timer = loop.schedule(onPassed, nanos, TimeUnit.NANOSECONDS);
    }

    /// @param nanos from now; 0: none
    /// @param onPassed runs on the loop, unless it is cancelled before
    static @Nullable TimeLimit of(EventLoop loop, long nanos, Runnable onPassed) {
        return nanos == 0 ? null : new TimeLimit(loop, nanos, onPassed);
    }

    /// Not below 0.
    long leftNanos() {
        return Math.max(0, atNanos - loop.ticker().nanoTime());
    }

    void cancel() {
        timer.cancel(false);
    }
}
