package io.hikyaku.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuiescenceCheckTest {
    private static final long WANTED = 100;

    private long count;
    private long now = -50;

    private final QuiescenceCheck still = new QuiescenceCheck(() -> count, Duration.ofNanos(WANTED), () -> now);

    @Test
    void whatNeverMovesIsStillWhenTheTimeHasPassed() {
        // When
        now += WANTED - 1;
        boolean before = still.getAsBoolean();
        now++;

        // Then
        assertFalse(before);
        assertTrue(still.getAsBoolean());
    }

    @Test
    void everyMoveBeginsTheTimeAnew() {
        // Given
        now += WANTED - 1;
        count++;
        assertFalse(still.getAsBoolean());

        // When
        now += WANTED - 1;
        boolean before = still.getAsBoolean();
        now++;

        // Then
        assertFalse(before);
        assertTrue(still.getAsBoolean());
    }
}
