package io.hikyaku.call.exchange;

import io.hikyaku.loop.Guarded;
import io.hikyaku.wire.call.OpenMetadata;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The total time that one call was given. Belongs to its event loop.
final class TimeLimit {
    /// The side that set the limit knows best when it has passed, and ends the call itself: the others wait this
    /// much longer, so that they are not the first to report it.
    static final Duration GRACE = Duration.ofMillis(500);

    /// The longest that a stream can be opened with, nearly 25 days, and longer than any call lives. More means no
    /// limit, and is not a number that anything could be added to: callers send their largest number when they want
    /// none.
    private static final long LONGEST_NANOS = OpenMetadata.MAX_DEADLINE_MICROS * 1000;

    private final EventLoop loop;
    private final long atNanos;
    private final ScheduledFuture<?> timer;

    private TimeLimit(EventLoop loop, long nanos, Duration grace, Runnable onPassed) {
        this.loop = loop;
        this.atNanos = loop.ticker().nanoTime() + nanos;
        this.timer = loop.schedule(
                Guarded.of("the time of a call", onPassed), nanos + grace.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// @param nanos from now; 0, or more than a stream can be opened with: none
    /// @param grace after it
    /// @param onPassed runs on the loop after both, unless it is cancelled before
    static @Nullable TimeLimit of(EventLoop loop, long nanos, Duration grace, Runnable onPassed) {
        return nanos == 0 || nanos > LONGEST_NANOS ? null : new TimeLimit(loop, nanos, grace, onPassed);
    }

    /// Not below 0.
    long leftNanos() {
        return Math.max(0, atNanos - loop.ticker().nanoTime());
    }

    void cancel() {
        timer.cancel(false);
    }
}
