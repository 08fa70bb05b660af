package io.hikyaku.loop;

/// All that the cores of channels and streams know of the world around them: a monotonic clock, timers, and the turn of
/// the event loop they run on. A simulator gives its own. Every task runs on that loop.
public interface Loop {
    /// Monotonic time in nanoseconds, from any origin.
    long nanos();

    /// Runs the task once, not earlier than after `delayNanos`.
    Timer after(long delayNanos, Runnable task);

    /// Runs the task when what is at hand in this turn has been dealt with, so that its results leave together.
    void atEndOfTurn(Runnable task);

    /// Runs `work` somewhere where it may take milliseconds, then `then` on the loop.
    void offLoop(Runnable work, Runnable then);

    /// A task that has not run yet.
    @FunctionalInterface
    interface Timer {
        /// The task will not run. Does nothing if it has.
        void cancel();
    }
}
