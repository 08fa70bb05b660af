package io.hikyaku.stream.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReceiveCreditTest {
    private static final long ROUND_TRIP = 10_000_000;
    private static final long MIB = 1024 * 1024;
    private static final long FIRST = 64 * 1024;

    private final MemoryBudget process = new MemoryBudget(64 * MIB);
    private final WindowBudget budget = new WindowBudget(process, 32 * MIB, 10);

    private ReceiveCredit opened() {
        ReceiveCredit credit = new ReceiveCredit(budget, 0, 0);
        assertEquals(FIRST, credit.open(FIRST));
        return credit;
    }

    private static void read(ReceiveCredit credit, long bytes) {
        assertTrue(credit.onReceived(bytes));
        credit.onConsumed(bytes);
    }

    @Test
    void takesTheLastByteGrantedAndNotOneMore() {
        ReceiveCredit credit = opened();
        assertTrue(credit.onReceived(FIRST));
        assertFalse(credit.onReceived(1));
    }

    @Test
    void whatTheOpenerClaimsIsAllThatItMaySendAtFirst() {
        ReceiveCredit credit = new ReceiveCredit(budget, budget.open(1000, FIRST), 1000);
        assertTrue(credit.onReceived(1000));
        assertFalse(credit.onReceived(1));
    }

    @Test
    void whatArrivedButWasNotConsumedGivesNoCredit() {
        // Given
        ReceiveCredit credit = opened();
        credit.onReceived(FIRST);
        assertFalse(credit.isGrantDue());

        // When
        credit.onConsumed(FIRST / 4);

        // Then
        assertTrue(credit.isGrantDue());
        assertEquals(FIRST + FIRST / 4, credit.grant(1, ROUND_TRIP));
    }

    @Test
    void aReaderThatTakesByteByByteIsNotToldOfEachOne() {
        ReceiveCredit credit = opened();
        credit.onReceived(FIRST);
        credit.onConsumed(FIRST / 4 - 1);
        assertFalse(credit.isGrantDue());
        credit.onConsumed(1);
        assertTrue(credit.isGrantDue());
    }

    @Test
    void isTellingOnlyOnceHalfIsUsed() {
        ReceiveCredit credit = opened();
        read(credit, FIRST / 2 - 1);
        assertFalse(credit.isGrantDue());
        read(credit, 1);
        assertTrue(credit.isGrantDue());
    }

    @Test
    void bytesReportedAsConsumedTwiceCountOnce() {
        ReceiveCredit credit = opened();
        read(credit, 60_000);
        credit.onConsumed(60_000);
        assertEquals(0, credit.held());
        assertEquals(60_000 + FIRST, credit.grant(1, ROUND_TRIP));
    }

    @Test
    void aReaderFasterThanThePathGetsALargerWindowUpToItsShareOfWhatIsSpare() {
        // Given
        ReceiveCredit credit = opened();
        long now = 1;
        long granted = FIRST;
        long received = 0;

        // When
        for (int i = 0; i < 10; i++) {
            read(credit, granted - received);
            received = granted;
            granted = credit.grant(now += ROUND_TRIP, ROUND_TRIP);
        }

        // Then
        assertEquals(4 * MIB, granted - received);
        assertEquals(4 * MIB, process.reserved());
    }

    @Test
    void aReaderThatIsNoFasterThanThePathKeepsItsWindow() {
        // Given
        ReceiveCredit credit = opened();
        read(credit, FIRST);
        credit.grant(1, ROUND_TRIP);

        // When
        read(credit, FIRST);

        // Then
        assertEquals(3 * FIRST, credit.grant(1 + 2 * ROUND_TRIP, ROUND_TRIP));
    }

    @Test
    void aReaderThatBecomesSlowFallsBackToAFairShareOnceMemoryIsScarce() {
        // Given a window that has grown, and others that hold nearly everything
        ReceiveCredit credit = opened();
        long received = 0;
        long granted = FIRST;
        for (long now = 1; granted - received < MIB; now++) {
            read(credit, granted - received);
            received = granted;
            granted = credit.grant(now, ROUND_TRIP);
        }
        assertTrue(budget.tryReserve(30 * MIB - process.reserved()));

        // When
        for (int turn = 1; turn <= 20; turn++) {
            read(credit, granted - received);
            received = granted;
            granted = credit.grant(turn * 2_000_000_000L, ROUND_TRIP);
        }

        // Then
        assertTrue(granted - received < 64 * 1024, () -> process.reserved() + " reserved");
        assertTrue(process.reserved() < 30 * MIB - 900_000, () -> process.reserved() + " reserved");
    }

    @Test
    void aSlowReaderKeepsItsWindowWhileThereIsPlenty() {
        // Given
        ReceiveCredit credit = opened();
        read(credit, FIRST);
        long granted = credit.grant(1, ROUND_TRIP);

        // When
        read(credit, granted - FIRST);
        credit.grant(1_000_000_000_000L, ROUND_TRIP);

        // Then
        assertEquals(FIRST, process.reserved());
    }

    @Test
    void aReaderThatCollectsGetsTheWindowItNeeds() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(budget, budget.open(4096, 4096), 4096);
        credit.onReceived(4096);
        assertFalse(credit.isGrantDue());

        // When
        assertTrue(credit.require(70_000));

        // Then
        assertTrue(credit.isGrantDue());
        assertEquals(70_000, credit.grant(1, ROUND_TRIP));
        assertEquals(70_000, process.reserved());
    }

    @Test
    void aReaderThatCollectsALittleMoreThanWasGrantedIsGrantedThatLittle() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(budget, budget.open(4096, 4096), 4096);
        credit.onReceived(4096);

        // When
        assertTrue(credit.require(4097));

        // Then
        assertTrue(credit.isGrantDue());
        assertEquals(4097, credit.grant(1, ROUND_TRIP));
        assertFalse(credit.isGrantDue());
    }

    @Test
    void aReaderThatCollectsWithinItsWindowAfterTakingALittleIsGrantedTheRest() {
        // Given
        ReceiveCredit credit = opened();
        credit.onReceived(FIRST);
        credit.onConsumed(10);
        assertFalse(credit.isGrantDue());

        // When
        assertTrue(credit.require(FIRST));

        // Then
        assertTrue(credit.isGrantDue());
        assertEquals(FIRST + 10, credit.grant(1, ROUND_TRIP));
    }

    @Test
    void aSlowReaderKeepsTheWindowThatItCollectsIn() {
        // Given
        ReceiveCredit credit = opened();
        credit.require(FIRST);
        read(credit, FIRST);
        credit.grant(1, ROUND_TRIP);
        assertTrue(process.tryReserve(process.total() - process.reserved()));

        // When
        read(credit, FIRST);

        // Then
        assertEquals(3 * FIRST, credit.grant(1_000_000_000_000L, ROUND_TRIP));
    }

    @Test
    void aReaderThatCollectsMoreThanThereIsIsTold() {
        ReceiveCredit credit = opened();
        assertTrue(process.tryReserve(process.total() - process.reserved()));
        assertTrue(credit.require(FIRST));
        assertFalse(credit.require(FIRST + 1));
    }

    @Test
    void theEndGivesBackWhatWillNotCome() {
        // Given
        ReceiveCredit credit = opened();
        credit.onReceived(1000);

        // When
        credit.end();

        // Then
        assertEquals(1000, process.reserved());
        credit.onConsumed(400);
        assertEquals(600, process.reserved());
    }

    @Test
    void closingGivesEverythingBackOnce() {
        ReceiveCredit credit = opened();
        credit.onReceived(1000);
        credit.close();
        credit.close();
        credit.onConsumed(1000);
        assertEquals(0, process.reserved());
        assertEquals(0, budget.reserved());
    }
}
