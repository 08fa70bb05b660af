package io.hikyaku.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
    private final DefaultEventExecutor thread = new DefaultEventExecutor();
    private final ControlLoop loop = ControlLoop.on(thread);

    @AfterEach
    void stop() {
        thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
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
        assertEquals("run", next.get(10, TimeUnit.SECONDS));
        assertEquals("run", scheduled.get(10, TimeUnit.SECONDS));
        assertFalse(thread.isShuttingDown());
        assertTrue(Guarded.failed() >= before + 2, "failed " + Guarded.failed());
    }
}
