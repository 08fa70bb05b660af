package io.hikyaku.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NettyLoopTest {
    private static final long PATIENCE_SECONDS = 60;

    private final DefaultEventExecutor thread = new DefaultEventExecutor();
    private final Vertx workers = Vertx.vertx();
    private final Loop loop = new NettyLoop("a loop of a test", thread, workers);

    @AfterEach
    void stop() throws Exception {
        thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        workers.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T result(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void aTaskThatThrowsEndsNothingButItself() throws Exception {
        // Given
        long before = Guarded.failed();
        CompletableFuture<String> next = new CompletableFuture<>();
        CompletableFuture<String> scheduled = new CompletableFuture<>();
        // When
        loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        loop.schedule(Duration.ofMillis(1), () -> {
            throw new StackOverflowError("on purpose");
        });
        loop.execute(() -> next.complete("run"));
        loop.schedule(Duration.ofMillis(2), () -> scheduled.complete("run"));
        // Then
        assertEquals("run", result(next));
        assertEquals("run", result(scheduled));
        assertFalse(thread.isShuttingDown());
        assertTrue(Guarded.failed() >= before + 2, "failed " + Guarded.failed());
    }

    @Test
    void aTaskRunsAfterWhatIsAtHandAndInTheOrderOfTheCalls() throws Exception {
        // Given
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<String> last = new CompletableFuture<>();
        // When
        loop.execute(() -> {
            loop.execute(() -> order.add("second"));
            loop.execute(() -> last.complete("run"));
            order.add("first");
        });
        // Then
        result(last);
        assertEquals(List.of("first", "second"), order);
    }

    @Test
    void aCancelledTaskDoesNotRun() throws Exception {
        // Given
        List<String> run = new CopyOnWriteArrayList<>();
        CompletableFuture<String> later = new CompletableFuture<>();
        // When
        loop.execute(() ->
                loop.schedule(Duration.ofMillis(1), () -> run.add("cancelled")).cancel());
        loop.schedule(Duration.ofMillis(20), () -> later.complete("run"));
        // Then
        result(later);
        assertEquals(List.of(), run);
    }

    @Test
    void whatFollowsWorkOffTheLoopRunsOnItEvenIfTheWorkFails() throws Exception {
        // Given
        CompletableFuture<Boolean> worked = new CompletableFuture<>();
        CompletableFuture<Boolean> back = new CompletableFuture<>();
        // When
        loop.execute(() -> loop.offLoop(
                () -> {
                    worked.complete(thread.inEventLoop());
                    throw new IllegalStateException("on purpose");
                },
                () -> back.complete(thread.inEventLoop())));
        // Then
        assertEquals(false, result(worked));
        assertEquals(true, result(back));
    }
}
