package io.hikyaku.loop;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// A loop whose clock jumps to the next task: time passes only when a test says so, hours of it in milliseconds, and
/// all of a run happens on the test's thread, in the same order each time.
public final class VirtualTime implements Loop {
    private static final class Task implements Timer {
        final long at;
        final long number;
        final Runnable action;
        boolean cancelled;

        Task(long at, long number, Runnable action) {
            this.at = at;
            this.number = number;
            this.action = action;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    /// How long work off the loop takes, in nanoseconds.
    public LongSupplier workNanos = () -> 0;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.comparingLong((Task task) -> task.at).thenComparingLong(task -> task.number));
    private long now = 1;
    private long number;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        after(0, task);
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        Task added = new Task(now + Math.max(0, delayNanos), number++, task);
        tasks.add(added);
        return added;
    }

    @Override
    public void offLoop(Runnable work, Runnable then) {
        work.run();
        after(workNanos.getAsLong(), then);
    }

    /// Tasks that will still run.
    public int pending() {
        return (int) tasks.stream().filter(task -> !task.cancelled).count();
    }

    /// Lets that much time pass, running everything that falls due.
    public void run(Duration duration) {
        long end = now + duration.toNanos();
        while (!tasks.isEmpty() && tasks.element().at <= end) {
            step();
        }
        now = Math.max(now, end);
    }

    /// As [#run], where tasks may throw: the loop of a program goes on as well.
    public void runDespiteFailures(Duration duration) {
        long end = now + duration.toNanos();
        while (now < end) {
            try {
                run(Duration.ofNanos(end - now));
            } catch (IllegalArgumentException expected) {
                // and the next task runs
            }
        }
    }

    /// Time passes in which nothing runs, as when a process is suspended: all that was due is late.
    public void standStill(Duration duration) {
        now += duration.toNanos();
    }

    /// Lets time pass until the condition holds.
    ///
    /// @throws AssertionError if it does not within `limit`
    public void await(String what, Duration limit, BooleanSupplier condition) {
        long end = now + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (tasks.isEmpty() || tasks.element().at > end) {
                throw new AssertionError("Not within " + limit + ": " + what);
            }
            step();
        }
    }

    private void step() {
        Task task = tasks.remove();
        now = Math.max(now, task.at); // it may be late
        if (!task.cancelled) {
            task.action.run();
        }
    }
}
