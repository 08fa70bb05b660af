package io.hikyaku.node.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExpiryWarningTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = BEGIN.plus(Duration.ofHours(24));

    private final ExpiryWarning warning = new ExpiryWarning(() -> {
        throw new IllegalStateException("nobody is asked");
    });

    private Optional<String> after(Duration time) {
        return warning.due(BEGIN, END, BEGIN.plus(time));
    }

    @Test
    void nothingIsSaidForTwoThirdsOfTheTime() {
        // When, then
        assertEquals(Optional.empty(), after(Duration.ofHours(16).minusNanos(1)));
        assertTrue(after(Duration.ofHours(16)).isPresent());
    }

    @Test
    void itIsSaidAgainEveryHour() {
        // Given
        after(Duration.ofHours(20));

        // When, then
        assertEquals(Optional.empty(), after(Duration.ofHours(21).minusNanos(1)));
        assertTrue(after(Duration.ofHours(21)).isPresent());
    }

    @Test
    void whatHasExpiredIsNamed() {
        // When
        String text = after(Duration.ofHours(25)).orElseThrow();

        // Then
        assertTrue(text.startsWith("expired at 2026-01-02T00:00:00Z"), text);
    }
}
