package io.hikyaku.kubernetes.control;

import io.hikyaku.config.value.ServiceName;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Services that have to be looked at, each by one thread at a time, and each once however often it was added
/// meanwhile. One that fails is tried again, after a wait that doubles from a fifth of a second to a minute. For any
/// thread.
final class WorkQueue {
    static final Duration FIRST_WAIT = Duration.ofMillis(200);
    static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);
    private static final int THREADS = 4;
    /// For a request that is under way when the queue closes: cut off, nobody would know whether it takes effect.
    private static final Duration TO_END = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Brings a service to where it should be.
    interface Worker {
        void work(ServiceName service) throws Exception;
    }

    /// What a service waits for.
    ///
    /// @param end by [System#nanoTime]
    private record Wait(Future<?> task, long end) {}

    private final Worker worker;
    private final ScheduledThreadPoolExecutor threads;
    private final Set<ServiceName> queued = new HashSet<>();
    private final Set<ServiceName> running = new HashSet<>();
    private final Set<ServiceName> again = new HashSet<>();
    private final Map<ServiceName, Integer> failures = new HashMap<>();
    private final Map<ServiceName, Wait> waits = new HashMap<>();
    private volatile boolean closed;

    WorkQueue(Worker worker) {
        this.worker = worker;
        threads = new ScheduledThreadPoolExecutor(
                THREADS, Thread.ofPlatform().daemon().name("kubernetes-", 0).factory());
        threads.setRemoveOnCancelPolicy(true);
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    synchronized void add(ServiceName service) {
        if (running.contains(service)) {
            again.add(service);
        } else if (queued.add(service)) {
            execute(() -> run(service));
        }
    }

    /// Looks at the service once the wait is over, whatever happens before. Of several waits for one service the
    /// shortest counts, so that what fails whenever it is looked at does not gather waits.
    synchronized void addLater(ServiceName service, Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        Wait before = waits.get(service);
        if (before != null && before.end - end <= 0) {
            return;
        }
        try {
            waits.put(
                    service,
                    new Wait(threads.schedule(() -> waited(service), wait.toMillis(), TimeUnit.MILLISECONDS), end));
            if (before != null) {
                before.task.cancel(false);
            }
        } catch (RejectedExecutionException refused) {
            LOG.trace("closed before {} was looked at", service);
        }
    }

    private synchronized void waited(ServiceName service) {
        waits.remove(service);
        add(service);
    }

    /// Services that will be looked at again when a wait is over.
    synchronized int waiting() {
        return waits.size();
    }

    /// Services that wait or are being looked at.
    synchronized int size() {
        return queued.size() + running.size();
    }

    /// Services whose last attempt failed.
    synchronized int failing() {
        return failures.size();
    }

    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException refused) {
            queued.clear();
        }
    }

    private void run(ServiceName service) {
        synchronized (this) {
            queued.remove(service);
            if (closed) {
                return;
            }
            running.add(service);
        }
        try {
            worker.work(service);
            succeeded(service);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (Exception failed) {
            if (closed) {
                LOG.debug("{} was looked at while closing: {}", service, failed.toString());
                return;
            }
            addLater(service, failed(service, failed));
        } finally {
            finished(service);
        }
    }

    private synchronized void succeeded(ServiceName service) {
        failures.remove(service);
    }

    private synchronized Duration failed(ServiceName service, Exception failed) {
        int count = failures.merge(service, 1, Integer::sum);
        long millis = Math.min(LONGEST_WAIT.toMillis(), FIRST_WAIT.toMillis() << Math.min(count - 1, 20));
        LOG.atLevel(count == 1 ? Level.WARN : Level.DEBUG)
                .log("{} will be tried again: {}", service, failed.toString());
        return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 4 + 1));
    }

    private synchronized void finished(ServiceName service) {
        running.remove(service);
        if (again.remove(service)) {
            add(service);
        }
    }

    /// Begins nothing more, and waits a moment for what runs.
    void close() throws InterruptedException {
        closed = true;
        threads.shutdown();
        if (threads.awaitTermination(TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
        }
        threads.shutdownNow();
        if (!threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("Kubernetes does not let go of {} services", size());
        }
    }
}
