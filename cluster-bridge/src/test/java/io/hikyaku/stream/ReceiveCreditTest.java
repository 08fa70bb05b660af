package io.hikyaku.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReceiveCreditTest {
    private static final long ROUND_TRIP = 10_000_000;

    @Test
    void takesTheLastByteGrantedAndNotOneMore() {
        ReceiveCredit credit = new ReceiveCredit(100, 100, 100);
        assertTrue(credit.onReceived(100));
        assertFalse(credit.onReceived(1));
    }

    @Test
    void whatArrivedButWasNotConsumedGivesNoCredit() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(100, 100, 100);
        credit.onReceived(100);
        assertFalse(credit.isGrantDue());

        // When
        credit.onConsumed(1);

        // Then
        assertTrue(credit.isGrantDue());
        assertEquals(101, credit.grant(1, ROUND_TRIP, more -> true));
    }

    @Test
    void isTellingOnlyOnceHalfIsUsed() {
        ReceiveCredit credit = new ReceiveCredit(100, 100, 100);
        credit.onReceived(49);
        credit.onConsumed(49);
        assertFalse(credit.isGrantDue());
        credit.onReceived(1);
        assertTrue(credit.isGrantDue());
    }

    @Test
    void bytesReportedAsConsumedTwiceCountOnce() {
        ReceiveCredit credit = new ReceiveCredit(100, 100, 100);
        credit.onReceived(60);
        credit.onConsumed(60);
        credit.onConsumed(60);
        assertEquals(0, credit.held());
        assertEquals(160, credit.grant(1, ROUND_TRIP, more -> true));
    }

    @Test
    void aReaderFasterThanThePathGetsALargerWindowUpToTheMostAllowed() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(100, 100, 350);
        long now = 1;
        long granted = 100;
        long received = 0;

        // When
        for (int i = 0; i < 10; i++) {
            credit.onReceived(granted - received);
            credit.onConsumed(granted - received);
            received = granted;
            granted = credit.grant(now += ROUND_TRIP, ROUND_TRIP, more -> true);
        }

        // Then
        assertEquals(350, credit.window());
        assertEquals(received + 350, granted);
    }

    @Test
    void aSlowReaderKeepsItsWindow() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(100, 100, 1000);
        credit.onReceived(100);
        credit.onConsumed(100);
        credit.grant(1, ROUND_TRIP, more -> true);

        // When
        credit.onReceived(100);
        credit.onConsumed(100);
        credit.grant(1 + 2 * ROUND_TRIP, ROUND_TRIP, more -> true);

        // Then
        assertEquals(100, credit.window());
    }

    @Test
    void withoutBudgetTheWindowStays() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(100, 100, 1000);
        credit.onReceived(100);
        credit.onConsumed(100);
        credit.grant(1, ROUND_TRIP, more -> false);

        // When
        credit.onReceived(100);
        credit.onConsumed(100);
        credit.grant(2, ROUND_TRIP, more -> false);

        // Then
        assertEquals(100, credit.window());
    }

    @Test
    void readersThatHoldHalfTheWindowMakeItGrow() {
        // Given
        ReceiveCredit credit = new ReceiveCredit(100, 100, 400);
        credit.onReceived(51);
        assertTrue(credit.isHeldUp());

        // When
        long granted = credit.grant(1, ROUND_TRIP, more -> true);

        // Then
        assertEquals(200, granted);
        assertFalse(credit.isHeldUp());
    }
}
