package io.hikyaku.loop;

import java.time.Duration;
import java.util.concurrent.Executor;

/// One thread, its clock and its timers: all that most of the program knows of the world around it. A node's control is
/// such a loop, and so is each of its shards. Tasks run one after the other, those of one caller in the order of its
/// calls; one that throws ends only itself. In tests and in the simulator a loop is virtual.
///
/// Any thread may call everything but [#offLoop] and [Timer#cancel], which belong to the loop.
public interface Loop extends Executor {
    /// Monotonic time in nanoseconds, from any origin.
    long nanos();

    /// Runs the task later on this loop, never within the call: after what is at hand in this turn has been dealt
    /// with, so that its results leave together.
    @Override
    void execute(Runnable task);

    /// Runs the task once, not earlier than after `delayNanos`.
    Timer after(long delayNanos, Runnable task);

    /// Like [#after], for what happens seldom.
    default Timer schedule(Duration delay, Runnable task) {
        return after(delay.toNanos(), task);
    }

    /// Runs `work` somewhere where it may take milliseconds, then `then` on the loop.
    void offLoop(Runnable work, Runnable then);

    /// A task that has not run yet.
    @FunctionalInterface
    interface Timer {
        /// The task will not run. Does nothing if it has.
        void cancel();
    }
}
