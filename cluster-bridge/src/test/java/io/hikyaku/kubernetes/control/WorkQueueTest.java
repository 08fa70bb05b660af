package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkQueueTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");

    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void whatIsAddedWhileItIsLookedAtIsLookedAtOnceMore() throws Exception {
        // Given
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        WorkQueue queue = new WorkQueue(service -> {
            assertEquals(1, atOnce.incrementAndGet());
            looks.incrementAndGet();
            go.await();
            atOnce.decrementAndGet();
        });

        // When
        queue.add(WEB);
        Await.until("it is looked at", () -> looks.get() == 1);
        for (int i = 0; i < 100; i++) {
            queue.add(WEB);
        }
        go.countDown();

        // Then
        Await.until("all is done", () -> queue.size() == 0);
        assertEquals(2, looks.get());
        queue.close();
    }

    @Test
    void whatFailsIsTriedAgainUntilItSucceeds() throws Exception {
        // Given
        WorkQueue queue = new WorkQueue(service -> {
            if (looks.incrementAndGet() < 3) {
                throw new IOException("not yet");
            }
        });

        // When
        queue.add(WEB);

        // Then
        Await.until("it succeeded", () -> looks.get() == 3 && queue.failing() == 0);
        assertEquals(0, queue.waiting());
        queue.close();
    }

    /// Each change of what fails is a reason to look at it; the waits must not add up.
    @Test
    void whatFailsOftenHasOneWaitAndNotOneForEachTime() throws Exception {
        // Given
        WorkQueue queue = new WorkQueue(service -> {
            looks.incrementAndGet();
            throw new IOException("never");
        });

        // When
        for (int i = 1; i <= 50; i++) {
            int wanted = i;
            queue.add(WEB);
            Await.until("it is looked at", () -> looks.get() >= wanted && queue.size() == 0);
        }

        // Then
        assertTrue(queue.waiting() <= 1, () -> queue.waiting() + " waits");
        assertEquals(1, queue.failing());
        queue.close();
    }

    @Test
    void theShortestOfSeveralWaitsCounts() throws Exception {
        // Given
        WorkQueue queue = new WorkQueue(service -> looks.incrementAndGet());

        // When
        queue.addLater(WEB, Duration.ofHours(1));
        queue.addLater(WEB, Duration.ofMillis(1));
        queue.addLater(WEB, Duration.ofHours(2));

        // Then
        Await.until("it is looked at", () -> looks.get() == 1);
        assertEquals(WorkQueue.LONGEST_WAIT, Duration.ofMinutes(1));
        queue.close();
    }

    @Test
    void nothingBeginsOnceItIsClosed() throws Exception {
        // Given
        WorkQueue queue = new WorkQueue(service -> looks.incrementAndGet());

        // When
        queue.close();
        queue.add(WEB);
        queue.addLater(WEB, Duration.ZERO);

        // Then
        assertEquals(0, queue.size());
        assertEquals(0, looks.get());
    }

    /// A request that is cut off may take effect or not.
    @Test
    void whatRunsWhenItIsClosedMayEndAndNothingElseBegins() throws Exception {
        // Given
        CountDownLatch closing = new CountDownLatch(1);
        AtomicInteger ends = new AtomicInteger();
        WorkQueue queue = new WorkQueue(service -> {
            looks.incrementAndGet();
            closing.await();
            ends.incrementAndGet();
        });
        for (int i = 0; i < 10; i++) {
            queue.add(ServiceName.parse("shop/web-" + i));
        }
        Await.until("all threads are busy", () -> looks.get() == 4);

        // When
        Thread closer = Thread.ofVirtual().start(() -> {
            try {
                queue.close();
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("it is closing", () -> closer.getState() == Thread.State.TIMED_WAITING);
        closing.countDown();
        closer.join();

        // Then
        assertEquals(4, looks.get());
        assertEquals(4, ends.get());
    }
}
