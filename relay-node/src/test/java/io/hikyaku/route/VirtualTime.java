package io.hikyaku.route;

import io.hikyaku.loop.ControlLoop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// A clock and a queue of tasks: time passes only when a test says so, and all of a run happens on the test's
/// thread in one order.
public final class VirtualTime implements ControlLoop {
    private record Task(long at, long number, Runnable run) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
    private long now;
    private long number;

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        at(now + delay.toNanos(), task);
    }

    public void at(long nanos, Runnable task) {
        tasks.add(new Task(Math.max(nanos, now), number++, task));
    }

    @Override
    public long nanos() {
        return now;
    }

    /// Lets time pass while nothing runs, as if the thread were stuck.
    public void stand(Duration duration) {
        now += duration.toNanos();
    }

    /// As [#pass], where tasks may throw: the loop of a program goes on as well.
    public void passDespiteFailures(Duration duration) {
        long end = now + duration.toNanos();
        while (now < end) {
            try {
                pass(Duration.ofNanos(end - now));
            } catch (IllegalArgumentException expected) {
                // and the next task runs
            }
        }
    }

    /// Lets time pass, running everything that falls due.
    public void pass(Duration duration) {
        long end = now + duration.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at <= end) {
            Task task = tasks.remove();
            now = Math.max(now, task.at); // it may be late
            task.run.run();
        }
        now = Math.max(now, end);
    }
}
