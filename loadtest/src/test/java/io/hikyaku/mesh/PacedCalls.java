package io.hikyaku.mesh;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// So many calls of `/name` a second of an imported HTTP service, each on a connection of its own and whether those
/// before it have been answered or not, from now until [#stop].
final class PacedCalls {
    /// One call, by `System.nanoTime()`.
    ///
    /// @param status of the answer; 0 without one
    record Call(long begunAt, long endedAt, int status, String retryAfter) {
        boolean isGood() {
            return status == 200;
        }

        Duration took() {
            return Duration.ofNanos(endedAt - begunAt);
        }
    }

    private final Mesh.MeshBridge bridge;
    private final String service;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread pace;
    private volatile boolean stopped;

    PacedCalls(Mesh.MeshBridge bridge, String service, int perSecond) {
        this.bridge = bridge;
        this.service = service;
        long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
        pace = Thread.ofPlatform().start(() -> {
            for (long at = System.nanoTime(); !stopped; at += gap) {
                LockSupport.parkNanos(at - System.nanoTime());
                callers.execute(this::call);
            }
        });
    }

    private void call() {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        long begun = System.nanoTime();
        int status = 0;
        String retryAfter = "";
        try (Talk caller = bridge.to(service)) {
            Talk.Answer answer = caller.get("/name");
            status = answer.status();
            retryAfter = answer.head().field("Retry-After");
        } catch (Exception unanswered) {
            status = 0;
        } finally {
            calls.add(new Call(begun, System.nanoTime(), status, retryAfter));
            running.decrementAndGet();
        }
    }

    /// Calls that have been under way at the same moment, at most.
    int mostRunning() {
        return mostRunning.get();
    }

    /// When the first good call ended that begun after a time; 0 if none did.
    long firstGoodAfter(long nanos) {
        return calls.stream()
                .filter(call -> call.isGood() && call.begunAt() >= nanos)
                .mapToLong(Call::endedAt)
                .min()
                .orElse(0);
    }

    /// Begins no more, waits for those that run, and gives all back.
    List<Call> stop() throws InterruptedException {
        stopped = true;
        pace.join();
        callers.close();
        return List.copyOf(calls);
    }
}
