package io.hikyaku.node;

import io.hikyaku.node.log.StandardError;
import io.hikyaku.node.reload.Signals;
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
/// says how that went: 0 when it ended as told, and not the 143 of a process that a signal killed. The same holds while
/// the program starts, which is then broken off. A second signal ends it at once, with exit code 1.
public final class RunningProgram {
    private static final Logger LOG = LoggerFactory.getLogger(RunningProgram.class);
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final Duration BREAK_OFF = Duration.ofSeconds(5);

    private final String name;
    private final Thread starter = Thread.currentThread();
    private final AtomicBoolean told = new AtomicBoolean();
    private final CompletableFuture<Started> started = new CompletableFuture<>();

    /// A program that runs.
    ///
    /// @param closing closes it, and blocks until nothing is left
    /// @param closeWithin after which the process ends even if the program has not
    public record Started(AutoCloseable closing, Duration closeWithin) {}

    /// Starts a program.
    @FunctionalInterface
    public interface Start {
        /// Interrupted when the program is told to stop before it runs.
        ///
        /// @throws Exception if it could not be started, and nothing of it is left
        Started start() throws Exception;
    }

    private RunningProgram(String name) {
        this.name = name;
    }

    /// Starts the program and blocks for as long as the process lives. What is printed on standard error meanwhile
    /// is queued, and nobody waits for its reader.
    ///
    /// @throws Exception what `start` threw
    public static void run(String name, Start start) throws Exception {
        StandardError.queue();
        RunningProgram program = new RunningProgram(name);
        Thread hook = new Thread(program::shutDown, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        NothingToClose.end();
        for (String signal : List.of("TERM", "INT")) {
            Signals.handle(signal, program::onSignal);
        }
        boolean running = false;
        try {
            program.started.complete(start.start());
            running = true;
        } finally {
            if (!running && program.isToStopAnyway(hook)) {
                stay(); // why it was not started no longer matters
            }
        }
        stay();
    }

    /// It was not started.
    private boolean isToStopAnyway(Thread hook) {
        started.completeExceptionally(new IllegalStateException(name + " was not started"));
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException shuttingDown) {
            return true;
        }
    }

    /// Blocks until the JVM is halted; being told to stop breaks off the start, but not this.
    private static void stay() {
        while (true) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException late) {
                LOG.debug("it runs already", late);
            }
        }
    }

    /// By default the JVM ignores all signals but the first.
    private void onSignal() {
        if (told.getAndSet(true)) {
            LOG.warn("{} was told to stop a second time and ends at once", name);
            StandardError.finish();
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
        StandardError.finish();
        Runtime.getRuntime().halt(clean ? DONE : FAILED);
    }

    private boolean close() {
        if (!started.isDone()) {
            LOG.info("{} was still starting, which is broken off", name);
            starter.interrupt();
        }
        try {
            Started program = started.get(BREAK_OFF.toMillis(), TimeUnit.MILLISECONDS);
            return close(program);
        } catch (TimeoutException | ExecutionException notStarted) {
            LOG.debug("{} has not been started", name, notStarted);
            return true; // nobody relies on it yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean close(Started program) throws InterruptedException {
        FutureTask<Void> closing = new FutureTask<>(() -> {
            program.closing().close();
            return null;
        });
        Thread worker = new Thread(closing, "close");
        worker.setDaemon(true);
        worker.start();
        long millis = program.closeWithin().toMillis();
        try {
            closing.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            LOG.error("{} did not stop within {} ms and is cut off", name, millis);
        } catch (ExecutionException e) {
            LOG.error("{} did not stop cleanly", name, e.getCause());
        }
        return false;
    }
}
