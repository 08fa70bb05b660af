package io.hikyaku.node;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A program that runs until SIGTERM or SIGINT. Then it is closed, within a time limit, and the process's exit code
/// says how that went: 0 when it ended as told, and not the 143 of a process that a signal killed. A second signal ends
/// it at once, with exit code 1.
public final class RunningProgram {
    private static final Logger LOG = LoggerFactory.getLogger(RunningProgram.class);
    private static final int DONE = 0;
    private static final int FAILED = 1;

    private final String name;
    private final Duration closeWithin;
    private final AtomicBoolean told = new AtomicBoolean();
    private final CompletableFuture<AutoCloseable> started = new CompletableFuture<>();

    /// Starts a program.
    @FunctionalInterface
    public interface Start {
        /// @return what closes it; closing blocks until nothing is left
        /// @throws Exception if it could not be started, and nothing of it is left
        AutoCloseable start() throws Exception;
    }

    private RunningProgram(String name, Duration closeWithin) {
        this.name = name;
        this.closeWithin = closeWithin;
    }

    /// Starts the program and blocks for as long as the process lives.
    ///
    /// @param closeWithin after which the process ends even if the program has not
    /// @throws Exception what `start` threw
    public static void run(String name, Duration closeWithin, Start start) throws Exception {
        RunningProgram program = new RunningProgram(name, closeWithin);
        Thread hook = new Thread(program::shutDown, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        for (String signal : List.of("TERM", "INT")) {
            Signals.handle(signal, program::onSignal);
        }
        boolean running = false;
        try {
            program.started.complete(start.start());
            running = true;
        } finally {
            if (!running) {
                program.onNotStarted(hook);
            }
        }
        new CountDownLatch(1).await();
    }

    private void onNotStarted(Thread hook) {
        started.completeExceptionally(new IllegalStateException(name + " was not started"));
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("{} was told to stop while it failed to start", name, e);
        }
    }

    /// By default the JVM ignores all signals but the first.
    private void onSignal() {
        if (told.getAndSet(true)) {
            LOG.warn("{} was told to stop a second time and ends at once", name);
            Runtime.getRuntime().halt(FAILED);
        }
        System.exit(DONE); // runs the shutdown hook, which never returns
    }

    /// In the JVM's shutdown, which a signal begins and which waits for this thread. Only [Runtime#halt] can give
    /// an exit code then.
    private void shutDown() {
        LOG.info("{} stops", name);
        boolean clean = close();
        LOG.info("{} has stopped", name);
        Runtime.getRuntime().halt(clean ? DONE : FAILED);
    }

    private boolean close() {
        FutureTask<Void> closing = new FutureTask<>(() -> {
            started.get().close();
            return null;
        });
        Thread worker = new Thread(closing, "close");
        worker.setDaemon(true);
        worker.start();
        try {
            closing.get(closeWithin.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            LOG.error("{} did not stop within {} ms and is cut off", name, closeWithin.toMillis());
        } catch (ExecutionException e) {
            LOG.error("{} did not stop cleanly", name, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
