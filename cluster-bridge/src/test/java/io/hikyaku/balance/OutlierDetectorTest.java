package io.hikyaku.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutlierDetectorTest {
    /// No jitter: times are as long as they can be.
    private static final RandomGenerator LONGEST = () -> 0;
    /// The most jitter.
    private static final RandomGenerator SHORTEST = () -> -1;

    private long now = 1;

    private void fail(OutlierDetector health) {
        health.onFailure(health.begin(now), now);
    }

    private void work(OutlierDetector health) {
        health.onSuccess(health.begin(now), now);
    }

    /// How long it takes no calls from now, to the nanosecond; ends at that time.
    private Duration awaitDue(OutlierDetector health) {
        long least = 0;
        long most = Duration.ofHours(1).toNanos();
        while (least < most) {
            long middle = (least + most) / 2;
            if (health.takesCalls(now + middle)) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        now += least;
        return Duration.ofNanos(least);
    }

    private List<Duration> ejections(OutlierDetector health, int count) {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fail(health);
            times.add(awaitDue(health));
        }
        return times;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theLastFailureOfARowPutsItOut(int threshold) {
        OutlierDetector health = new OutlierDetector(threshold, LONGEST);
        for (int i = 1; i < threshold; i++) {
            fail(health);
            assertTrue(health.takesCalls(now));
        }
        fail(health);

        assertFalse(health.takesCalls(now));
        assertTrue(health.isEjected());
    }

    @Test
    void timesOutDoubleUpToTheLongest() {
        List<Duration> times = ejections(new OutlierDetector(1, LONGEST), 20);

        assertEquals(
                List.of(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L),
                times.stream().limit(8).map(Duration::toSeconds).toList());
        assertEquals(Duration.ofMinutes(5), times.getLast());
    }

    @Test
    void jitterMakesTimesShorterByItsShareAtMost() {
        Duration shortest = ejections(new OutlierDetector(1, SHORTEST), 1).getFirst();

        assertEquals(3.75, shortest.toNanos() / 1e9, 1e-6);
    }

    @Test
    void oneThatFailsAgainSoonAfterItCameBackIsOutForLonger() {
        OutlierDetector health = new OutlierDetector(1, LONGEST);
        ejections(health, 2);
        work(health);
        now += Duration.ofSeconds(10).toNanos(); // as long as it was ejected

        assertEquals(List.of(Duration.ofSeconds(20)), ejections(health, 1));
    }

    @Test
    void oneThatStayedInForLongerThanItWasOutStartsAnew() {
        OutlierDetector health = new OutlierDetector(1, LONGEST);
        ejections(health, 2);
        work(health);
        now += Duration.ofSeconds(10).toNanos() + 1;

        assertEquals(List.of(Duration.ofSeconds(5)), ejections(health, 1));
    }

    @Test
    void aCallOfAnEarlierRoundTellsNothingNew() {
        OutlierDetector health = new OutlierDetector(2, LONGEST);
        int first = health.begin(now);
        int second = health.begin(now);
        health.onFailure(first, now);
        health.onFailure(second, now);
        assertFalse(health.isEjected());

        fail(health);
        assertTrue(health.isEjected());
        health.onSuccess(second, now);
        assertTrue(health.isEjected());
    }

    @Test
    void aClockThatStartsBelowZeroChangesNothing() {
        now = -Duration.ofDays(100).toNanos();

        assertEquals(
                List.of(Duration.ofSeconds(5), Duration.ofSeconds(10)), ejections(new OutlierDetector(1, LONGEST), 2));
    }
}
