package io.hikyaku.stream.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowBudgetTest {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final int LEAST = WindowBudget.LEAST_WINDOW;

    private final MemoryBudget process = new MemoryBudget(128 * MIB);
    private final WindowBudget budget = new WindowBudget(process, 64 * MIB, 10_000);

    @Test
    void aFirstStreamGetsWhatItWants() {
        assertEquals(64 * KIB, budget.open(LEAST, 64 * KIB));
        assertEquals(64 * KIB, process.reserved());
    }

    @Test
    void eachStreamThatIsOpenLeavesTheNextOneLessAndNeverTooLittle() {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < 10_000; i++) {
            long window = budget.open(LEAST, 256 * KIB);
            assertTrue(window <= before && window >= LEAST, window + " after " + before);
            before = window;
        }
        assertEquals(LEAST, before);
        assertTrue(process.reserved() <= 64 * MIB);
    }

    /// Streams grow as far as they are allowed to, and then stand still.
    private void standStillAfterGrowing(int streams) {
        for (int i = 0; i < streams; i++) {
            long window = budget.open(LEAST, 256 * KIB);
            while (budget.grow(window, window)) {
                window += window;
            }
        }
    }

    @Test
    void windowsThatGrewLeaveNewcomersAWindowHoweverManyThereAre() {
        // Given
        standStillAfterGrowing(1000);

        // When
        long window = budget.open(LEAST, 256 * KIB);

        // Then
        assertTrue(window >= LEAST);
        assertTrue(process.reserved() <= 64 * MIB - 9000 * LEAST, () -> process.reserved() + " reserved");
    }

    @Test
    void aStreamBesideAHundredThatGrewAndStandStillHasAWindowAsUseful() {
        // Given
        standStillAfterGrowing(100);

        // When
        long window = budget.open(LEAST, 256 * KIB);

        // Then
        assertTrue(window >= 16 * KIB, window + " bytes");
    }

    @Test
    void beyondTheLimitOfTheChannelAStreamIsRefused() {
        WindowBudget small = new WindowBudget(process, 2 * LEAST, 1);
        assertTrue(small.open(LEAST, LEAST) > 0);
        assertTrue(small.open(LEAST, LEAST) > 0);
        assertEquals(0, small.open(LEAST, LEAST));
        small.close(LEAST);
        assertTrue(small.open(LEAST, LEAST) > 0);
    }

    @Test
    void beyondTheBudgetOfTheProcessAStreamIsRefusedAndNothingOffered() {
        assertTrue(process.tryReserve(process.total() - LEAST + 1));
        assertEquals(0, budget.offer(64 * KIB));
        assertEquals(0, budget.open(LEAST, 64 * KIB));
        assertFalse(budget.tryReserve(LEAST));
        assertEquals(0, budget.reserved());
    }

    @Test
    void nothingGrowsOnceHalfOfTheProcessIsTaken() {
        assertTrue(process.tryReserve(64 * MIB));
        assertFalse(budget.grow(LEAST, LEAST));
        assertEquals(LEAST, budget.open(LEAST, 256 * KIB));
    }

    @Test
    void whatIsClosedIsThereForOthers() {
        for (int round = 0; round < 1000; round++) {
            long window = budget.open(LEAST, 256 * KIB);
            budget.close(window);
        }
        assertEquals(0, process.reserved());
        assertEquals(64 * KIB, budget.offer(64 * KIB));
    }
}
