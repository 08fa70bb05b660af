package io.hikyaku.stream.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @Test
    void givesTheLastByteAndNotOneMore() {
        MemoryBudget budget = new MemoryBudget(10);
        assertTrue(budget.tryReserve(10));
        assertFalse(budget.tryReserve(1));
        budget.release(1);
        assertTrue(budget.tryReserve(1));
    }

    @Test
    void whatIsSpareIsWhatLeavesHalf() {
        MemoryBudget budget = new MemoryBudget(10);
        assertTrue(budget.tryReserve(2));
        assertFalse(budget.tryReserveSpare(4));
        assertTrue(budget.tryReserveSpare(3));
        assertFalse(budget.tryReserveSpare(1));
        assertTrue(budget.tryReserve(5));
    }

    @Test
    void isNeverExceededByManyThreadsAndEmptyWhenAllHaveGivenBack() throws Exception {
        // Given
        MemoryBudget budget = new MemoryBudget(1000);
        List<Future<Long>> highest = new ArrayList<>();

        // When
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                int seed = i;
                highest.add(threads.submit(() -> reserveAndRelease(budget, new Random(seed))));
            }
        }

        // Then
        for (Future<Long> seen : highest) {
            assertTrue(seen.get() <= 1000, () -> "as many as " + seen.resultNow());
        }
        assertEquals(0, budget.reserved());
    }

    private static long reserveAndRelease(MemoryBudget budget, Random random) {
        long highest = 0;
        for (int i = 0; i < 20_000; i++) {
            long bytes = random.nextInt(600);
            if (budget.tryReserve(bytes)) {
                highest = Math.max(highest, budget.reserved());
                budget.release(bytes);
            }
        }
        return highest;
    }
}
