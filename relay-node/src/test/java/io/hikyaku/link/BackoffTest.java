package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final RandomGenerator LARGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    @Test
    void theBoundDoublesUpToTheLongestWait() {
        // Given
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(1), LARGEST);

        // When, then
        for (long expected : new long[] {200, 400, 800, 1000, 1000}) {
            assertEquals(Duration.ofMillis(expected), backoff.next());
        }
    }

    @Test
    void beginsAnewAfterAReset() {
        // Given
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), LARGEST);
        backoff.next();
        backoff.next();

        // When
        backoff.reset();

        // Then
        assertEquals(Duration.ofMillis(200), backoff.next());
    }

    @Test
    void theWholeWaitIsRandom() {
        // Given
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        boolean early = false;
        boolean late = false;

        // When
        for (int i = 0; i < 1000; i++) {
            Duration wait = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), random).next();
            early |= wait.toMillis() < 20;
            late |= wait.toMillis() > 180;
        }

        // Then
        assertTrue(early && late, "seed " + seed);
    }
}
