package io.hikyaku.stream.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class InitialClaimsTest {
    private static final int ALLOWED = 64 * 1024;
    private static final int MANY = InitialClaims.MAX_UNACKNOWLEDGED / ALLOWED;

    private final InitialClaims claims = new InitialClaims();

    @Test
    void aStreamThatHasEndedClaimsNoMoreThanItSends() {
        assertEquals(200, claims.claim(200, ALLOWED, 1));
    }

    @Test
    void beyondTheBoundEachStreamClaimsTheLeast() {
        for (int i = 0; i < MANY; i++) {
            assertEquals(ALLOWED, claims.claim(Integer.MAX_VALUE, ALLOWED, i / 3));
        }
        assertEquals(WindowBudget.LEAST_WINDOW, claims.claim(Integer.MAX_VALUE, ALLOWED, MANY));
        assertEquals(200, claims.claim(200, ALLOWED, MANY));
        assertEquals(100, claims.claim(Integer.MAX_VALUE, 100, MANY));
    }

    @Test
    void whatIsAcknowledgedIsFreeAgain() {
        // Given
        for (int i = 0; i < MANY; i++) {
            claims.claim(Integer.MAX_VALUE, ALLOWED, i / 3);
        }

        // When
        claims.onAcknowledged(1);

        // Then
        for (int i = 0; i < 3; i++) {
            assertEquals(ALLOWED, claims.claim(Integer.MAX_VALUE, ALLOWED, MANY));
        }
        assertEquals(WindowBudget.LEAST_WINDOW, claims.claim(Integer.MAX_VALUE, ALLOWED, MANY));
    }
}
