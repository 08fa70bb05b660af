package io.hikyaku.loop;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A task that never throws. An exception would end the thread of some executors, the schedule of others, and vanish in
/// a future that nobody looks at in the rest; here it is logged and counted, and what comes next still comes.
///
/// What failed is a mistake of ours, so each is logged with its trace; but of a task that fails a thousand times a
/// second only as many as keep the log readable.
public final class Guarded implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);
    private static final int LOGGED_PER_MINUTE = 20;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private static final LongAdder FAILED = new LongAdder();
    private static final AtomicLong LOGGED = new AtomicLong();
    private static final AtomicLong LOGGED_SINCE = new AtomicLong(System.nanoTime());

    private final String what;
    private final Runnable task;

    private Guarded(String what, Runnable task) {
        this.what = what;
        this.task = task;
    }

    /// @param what names the executor or the kind of task, for the log
    public static Runnable of(String what, Runnable task) {
        return new Guarded(what, task);
    }

    /// Counts the failures of this process.
    public static void bindTo(MeterRegistry meters) {
        FunctionCounter.builder("hikyaku.tasks.failed", FAILED, LongAdder::doubleValue)
                .description("Tasks that ended with an exception; whatever ran them went on")
                .register(meters);
    }

    /// Tasks that failed since the start of the process.
    public static long failed() {
        return FAILED.sum();
    }

    @Override
    public void run() {
        try {
            task.run();
        } catch (RejectedExecutionException ended) {
            LOG.debug("a task of {} wanted something of a thread that has ended", what, ended);
        } catch (Throwable failure) {
            FAILED.increment();
            log(failure);
        }
    }

    private void log(Throwable failure) {
        long now = System.nanoTime();
        long since = LOGGED_SINCE.get();
        if (now - since >= MINUTE && LOGGED_SINCE.compareAndSet(since, now)) {
            LOGGED.set(0);
        }
        if (LOGGED.incrementAndGet() <= LOGGED_PER_MINUTE) {
            LOG.error("a task of {} failed; what comes after it goes on", what, failure);
        }
    }
}
