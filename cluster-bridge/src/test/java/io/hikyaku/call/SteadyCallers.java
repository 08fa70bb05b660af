package io.hikyaku.call;

import io.hikyaku.loop.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Callers that call again and again, each on a connection of its own, until they are stopped or one call fails.
public final class SteadyCallers {
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /// A caller with its connection.
    public interface Caller extends AutoCloseable {
        /// Makes a call; throws if it fails.
        void call() throws Exception;
    }

    /// Connects a caller.
    public interface Maker {
        Caller make() throws Exception;
    }

    public SteadyCallers(int count, Maker maker) {
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().start(() -> run(maker)));
        }
    }

    private void run(Maker maker) {
        try (Caller caller = maker.make()) {
            while (!stopped) {
                caller.call();
                calls.incrementAndGet();
            }
        } catch (Exception | AssertionError failed) {
            failure.compareAndSet(null, failed);
        }
    }

    /// Waits until so many more calls have succeeded, and fails if one has not.
    public void awaitMore(int count) {
        int wanted = calls.get() + count;
        Await.until("more calls", () -> failure.get() != null || calls.get() >= wanted);
        requireNoFailure();
    }

    /// Ends the callers after their current calls, and fails if one of all calls has.
    public void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        requireNoFailure();
    }

    private void requireNoFailure() {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError("a call failed after " + calls.get(), failed);
        }
    }
}
