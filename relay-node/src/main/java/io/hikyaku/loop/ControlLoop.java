package io.hikyaku.loop;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// One thread on which the rare things of a layer happen one after the other, and its clock: what is not on a
/// packet's way. Tasks of one caller run in the order of their calls. A task that throws ends nothing but itself. In
/// tests and in the simulator it is virtual.
public interface ControlLoop extends Executor {
    /// Runs the task later on this loop; callable from any thread, never runs it within the call.
    @Override
    void execute(Runnable task);

    /// Runs the task on this loop once the time has passed; callable from any thread. There is no cancelling: the
    /// task looks whether it is still wanted.
    void schedule(Duration delay, Runnable task);

    /// Monotonic nanoseconds from an arbitrary start; any thread.
    long nanos();

    /// An event loop of Netty, usually the one that a node keeps for control.
    static ControlLoop on(EventExecutor loop) {
        return new ControlLoop() {
            @Override
            public void execute(Runnable task) {
                loop.execute(Guarded.of("the control loop", task));
            }

            @Override
            public void schedule(Duration delay, Runnable task) {
                loop.schedule(Guarded.of("the control loop", task), delay.toNanos(), TimeUnit.NANOSECONDS);
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}
