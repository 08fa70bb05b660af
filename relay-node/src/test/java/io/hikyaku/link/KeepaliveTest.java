package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeepaliveTest {
    private static final long START = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final Keepalive keepalive = new Keepalive(Duration.ofSeconds(2), Duration.ofSeconds(10), START);

    @Test
    void isDeadAfterAsManySilentTurnsAsTheTimeHolds() {
        // When
        keepalive.onBytes();
        assertFalse(keepalive.onTurn());
        for (int turn = 1; turn < 5; turn++) {
            assertFalse(keepalive.onTurn(), "silent turn " + turn);
        }

        // Then
        assertTrue(keepalive.onTurn());
    }

    @Test
    void anyByteStartsTheCountAnew() {
        // Given
        for (int turn = 1; turn < 5; turn++) {
            keepalive.onTurn();
        }

        // When
        keepalive.onBytes();

        // Then
        assertFalse(keepalive.onTurn());
        for (int turn = 1; turn < 5; turn++) {
            assertFalse(keepalive.onTurn());
        }
        assertTrue(keepalive.onTurn());
    }

    @Test
    void theFirstRoundTripCountsWholeALongerOneAnEighthAShorterOneHalf() {
        // Given
        assertEquals(-1, keepalive.roundTripMicros());

        // When
        long first = keepalive.pingToken(START);
        keepalive.onPong(first, START + 8 * MILLI);
        assertEquals(8_000, keepalive.roundTripMicros());
        long second = keepalive.pingToken(START + 100 * MILLI);
        keepalive.onPong(second, START + 116 * MILLI);

        assertEquals(9_000, keepalive.roundTripMicros());
        long third = keepalive.pingToken(START + 200 * MILLI);
        keepalive.onPong(third, START + 205 * MILLI);

        // Then
        assertEquals(7_000, keepalive.roundTripMicros());
    }

    @Test
    void measuresRoundTripsLongerThanTheInterval() {
        // Given
        long first = keepalive.pingToken(START);
        keepalive.pingToken(START + 2_000 * MILLI);

        // When
        keepalive.onPong(first, START + 2_500 * MILLI);

        // Then
        assertEquals(2_500_000, keepalive.roundTripMicros());
    }

    @Test
    void ignoresTokensThatNoPingHad() {
        // When
        keepalive.onPong(-5, START + MILLI);
        keepalive.onPong(50 * MILLI, START + MILLI);
        keepalive.onPong(0, START + Duration.ofSeconds(21).toNanos());

        // Then
        assertEquals(-1, keepalive.roundTripMicros());
    }
}
