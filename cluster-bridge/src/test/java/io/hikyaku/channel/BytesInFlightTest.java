package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BytesInFlightTest {
    private final BytesInFlight inFlight = new BytesInFlight(4);

    @Test
    void isWhatWasSentAndNotAcknowledged() {
        inFlight.onSent(0, 100);
        inFlight.onSent(1, 20);
        inFlight.onSent(2, 3);
        assertEquals(123, inFlight.bytes());
        inFlight.onAcknowledged(2);
        assertEquals(3, inFlight.bytes());
        inFlight.onAcknowledged(3);
        assertEquals(0, inFlight.bytes());
    }

    @Test
    void goesOnForEver() {
        for (int packet = 0; packet < 1000; packet++) {
            inFlight.onSent(packet, packet);
            inFlight.onAcknowledged(packet);
            assertEquals(packet, inFlight.bytes());
        }
    }

    @Test
    void morePacketsThanExpectedAreNeverTakenForLongerThanTheyAreOnTheirWay() {
        for (int packet = 0; packet < 10; packet++) {
            inFlight.onSent(packet, 1);
        }
        inFlight.onAcknowledged(1);
        assertTrue(inFlight.bytes() <= 9, () -> inFlight.bytes() + " bytes");
        inFlight.onAcknowledged(10);
        assertEquals(0, inFlight.bytes());
    }
}
