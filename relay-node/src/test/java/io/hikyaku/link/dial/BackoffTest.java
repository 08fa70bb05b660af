package io.hikyaku.link.dial;

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
    void theBoundDoublesUpToASecondWhileTheOutageIsShort() {
        // Given
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), LARGEST);

        // When, then
        for (long expected : new long[] {200, 400, 800, 1000, 1000}) {
            assertEquals(Duration.ofMillis(expected), backoff.next(Duration.ofSeconds(3)));
        }
    }

    @Test
    void noWaitIsLongerThanAQuarterOfTheOutageThenNorThanTheLongest() {
        // Given
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), LARGEST);
        Duration outage = Duration.ZERO;
        Duration wait = Duration.ZERO;

        // When
        while (outage.toSeconds() < 120) {
            wait = backoff.next(outage);
            assertTrue(wait.compareTo(Duration.ofSeconds(1)) <= 0
                    || wait.multipliedBy(4).compareTo(outage) <= 0);
            outage = outage.plus(wait);
        }

        // Then
        assertEquals(Duration.ofSeconds(15), wait);
    }

    @Test
    void beginsAnewAfterAReset() {
        // Given
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), LARGEST);
        backoff.next(Duration.ZERO);
        backoff.next(Duration.ZERO);

        // When
        backoff.reset();

        // Then
        assertEquals(Duration.ofMillis(200), backoff.next(Duration.ZERO));
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
            Duration wait = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15), random).next(Duration.ZERO);
            early |= wait.toMillis() < 20;
            late |= wait.toMillis() > 180;
        }

        // Then
        assertTrue(early && late, "seed " + seed);
    }
}
