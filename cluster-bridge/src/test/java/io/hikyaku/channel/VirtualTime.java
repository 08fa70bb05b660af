package io.hikyaku.channel;

import io.hikyaku.loop.Loop;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// A clock that jumps to the next task: hours pass in milliseconds, in the same order each time.
public final class VirtualTime implements Loop {
    private record Task(long at, long order, Runnable action, boolean[] cancelled) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /// How long work off the loop takes, in nanoseconds.
    public LongSupplier workNanos = () -> 0;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now = 1;
    private long order;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        boolean[] cancelled = {false};
        tasks.add(new Task(now + Math.max(0, delayNanos), order++, task, cancelled));
        return () -> cancelled[0] = true;
    }

    /// Tasks that will still run.
    public int pending() {
        return (int) tasks.stream().filter(task -> !task.cancelled()[0]).count();
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        after(0, task);
    }

    @Override
    public void offLoop(Runnable work, Runnable then) {
        work.run();
        after(workNanos.getAsLong(), then);
    }

    /// Lets that much time pass.
    public void run(Duration duration) {
        long end = now + duration.toNanos();
        while (!tasks.isEmpty() && tasks.element().at() <= end) {
            step();
        }
        now = end;
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
            if (tasks.isEmpty() || tasks.element().at() > end) {
                throw new AssertionError("Not within " + limit + ": " + what);
            }
            step();
        }
    }

    private void step() {
        Task task = tasks.remove();
        now = Math.max(now, task.at());
        if (!task.cancelled()[0]) {
            task.action().run();
        }
    }
}
