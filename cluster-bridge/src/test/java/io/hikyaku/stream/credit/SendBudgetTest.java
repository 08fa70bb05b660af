package io.hikyaku.stream.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SendBudgetTest {
    private static final int KIB = 1024;
    private static final int OWN = 64 * KIB;
    private static final long MIB = 1024 * KIB;

    private final MemoryBudget process = new MemoryBudget(16 * MIB);
    private final SendBudget budget = new SendBudget(process, 8 * MIB);

    @Test
    void aLittleCostsNothing() {
        budget.onQueued(256 * KIB);
        assertEquals(0, process.reserved());
        assertEquals(OWN, budget.share(OWN));
    }

    @Test
    void moreIsReservedAndGivenBack() {
        budget.onQueued(3 * MIB);
        assertTrue(process.reserved() >= 3 * MIB - 256 * KIB, () -> process.reserved() + " reserved");
        budget.onQueued(-2 * MIB);
        assertTrue(process.reserved() <= 5 * MIB / 4, () -> process.reserved() + " reserved");
        budget.onQueued(-MIB);
        assertEquals(0, process.reserved());
    }

    @Test
    void eachStreamMayQueueALittleOnceHalfOfTheChannelsShareIsQueued() {
        budget.onQueued(4 * MIB);
        assertEquals(SendBudget.SCARCE, budget.share(OWN));
        budget.onQueued(-1);
        assertEquals(OWN, budget.share(OWN));
    }

    @Test
    void scarcityEndsOnceMemoryIsThereAgain() {
        // Given
        assertTrue(process.tryReserve(7 * MIB));
        budget.onQueued(MIB);
        assertEquals(OWN, budget.share(OWN));
        budget.onQueued(MIB);
        assertEquals(SendBudget.SCARCE, budget.share(OWN));

        // When
        process.release(7 * MIB);
        budget.onQueued(-MIB);

        // Then
        assertEquals(OWN, budget.share(OWN));
    }

    @Test
    void eachStreamMayQueueALittleWhileTheProcessHasNothingSpare() {
        // Given
        assertTrue(process.tryReserve(8 * MIB));

        // When
        budget.onQueued(MIB);

        // Then
        assertEquals(SendBudget.SCARCE, budget.share(OWN));
        assertEquals(8 * MIB, process.reserved());
        budget.onQueued(-MIB);
        assertEquals(OWN, budget.share(OWN));
    }
}
