package io.hikyaku.link.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.link.session.Keepalive.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeepaliveTest {
    private static final long START = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private Keepalive keepalive =
            new Keepalive(LinkLimits.DEFAULTS.keepaliveInterval(), LinkLimits.DEFAULTS.deadAfter(), START);

    private record Pong(long token, long atNanos) {}

    private final Deque<Pong> underWay = new ArrayDeque<>();
    private long now = START;
    private long roundTrip = MILLI;
    private DoubleSupplier jitterMillis = () -> 0;
    private boolean answers = true;
    private boolean busy;
    private boolean dead;
    private long doubtedAt = -1;
    private int pings;

    /// As a link does, with a neighbour that answers after a round trip, or not at all.
    private void run(Duration time) {
        long end = now + time.toNanos();
        while (now < end && !dead) {
            long turnEnd = now + keepalive.beginTurn(now).toNanos();
            for (long at = now + 50 * MILLI; at <= turnEnd && busy; at += 50 * MILLI) {
                if (keepalive.onSent()) {
                    now = at;
                    turnEnd = at + keepalive.beginTurn(at).toNanos();
                }
                if (answers) {
                    keepalive.onBytes();
                }
            }
            while (!underWay.isEmpty() && underWay.peek().atNanos <= turnEnd) {
                Pong pong = underWay.remove();
                keepalive.onBytes();
                keepalive.onPong(pong.token, pong.atNanos);
            }
            now = turnEnd;
            Verdict verdict = keepalive.onTurn(now);
            dead = verdict == Verdict.DEAD;
            doubtedAt = doubtedAt < 0 && keepalive.isDoubted() ? now : doubtedAt;
            if (verdict == Verdict.PING) {
                ping();
            }
        }
    }

    private void ping() {
        pings++;
        long token = keepalive.onPing(now);
        if (answers) {
            long jitter = (long) (jitterMillis.getAsDouble() * MILLI);
            long afterOthers = underWay.isEmpty() ? now : underWay.getLast().atNanos;
            underWay.add(new Pong(token, Math.max(afterOthers, now + roundTrip + jitter)));
        }
    }

    private void start() {
        keepalive.onGreeting(roundTrip);
        ping();
        run(Duration.ofSeconds(8));
    }

    private long since(long at) {
        return Duration.ofNanos(now - at).toMillis();
    }

    @Test
    void aBusyNeighbourThatFallsSilentIsDoubtedWithinASecondAndAHalfAndDeadWithinFour() {
        // Given
        busy = true;
        start();
        long silent = now;

        // When
        answers = false;
        run(Duration.ofMinutes(1));

        // Then
        assertTrue(dead);
        assertTrue(doubtedAt - silent <= 1_500 * MILLI, () -> "doubted after " + (doubtedAt - silent) / MILLI);
        assertTrue(since(silent) <= 4_500, () -> "dead after " + since(silent));
    }

    @Test
    void aNeighbourThatWasSentNothingForAWhileIsPingedOnceInEightIntervals() {
        // Given
        start();
        run(Duration.ofSeconds(20));
        int before = pings;

        // When
        run(Duration.ofSeconds(160));

        // Then
        assertEquals(10, pings - before, 1);
        assertEquals(-1, doubtedAt);
    }

    @ParameterizedTest
    @CsvSource({"10, 30", "30, 30", "45, 45"})
    void anIdleNeighbourIsPingedOnceInHalfAMinuteUnlessTheIntervalIsLonger(int interval, int idle) {
        // Given
        keepalive = new Keepalive(Duration.ofSeconds(interval), Duration.ofSeconds(60), START);
        start();
        run(Duration.ofSeconds(10L * interval));
        int before = pings;

        // When
        run(Duration.ofSeconds(20L * idle));

        // Then
        assertEquals(20, pings - before, 1);
    }

    @Test
    void anIdleNeighbourIsDeadAnIntervalAndItsTimeAfterTheLastSign() {
        // Given
        start();
        run(Duration.ofSeconds(20));
        long silent = now;

        // When
        answers = false;
        run(Duration.ofMinutes(1));

        // Then
        assertTrue(dead);
        assertTrue(since(silent) <= 19_500, () -> "dead after " + since(silent));
    }

    @Test
    void anIdleNeighbourThatIsSentSomethingIsAskedAtOnce() {
        // Given
        start();
        run(Duration.ofSeconds(20));
        long silent = now;
        answers = false;

        // When
        busy = true;
        run(Duration.ofMinutes(1));

        // Then
        assertTrue(doubtedAt - silent <= 1_500 * MILLI, () -> "doubted after " + (doubtedAt - silent) / MILLI);
        assertTrue(since(silent) <= 4_500, () -> "dead after " + since(silent));
    }

    @Test
    void staysWhenRoundTripsGrowByTwoSeconds() {
        // Given
        start();

        // When
        roundTrip = 2_000 * MILLI;
        run(Duration.ofMinutes(2));

        // Then
        assertFalse(dead);
    }

    @Test
    void aNeighbourTwoSecondsAwayIsNotDoubted() {
        // Given
        roundTrip = 2_000 * MILLI;
        start();

        // When
        run(Duration.ofMinutes(2));

        // Then
        assertEquals(-1, doubtedAt);
        assertFalse(dead);
    }

    private enum Jitter {
        STEADY(600) {
            @Override
            double millis(RandomGenerator random) {
                return random.nextGaussian(0, 5);
            }
        },
        LATE_AT_TIMES(600) {
            @Override
            double millis(RandomGenerator random) {
                return 20 * random.nextExponential();
            }
        },
        FAR(2_000) {
            @Override
            double millis(RandomGenerator random) {
                return random.nextGaussian(0, 50);
            }
        };

        private final long roundTripMillis;

        Jitter(long roundTripMillis) {
            this.roundTripMillis = roundTripMillis;
        }

        abstract double millis(RandomGenerator random);
    }

    @ParameterizedTest
    @EnumSource(Jitter.class)
    void aFarNeighbourIsNotDoubtedForItsJitter(Jitter jitter) {
        // Given
        RandomGenerator random = new SplittableRandom(7);
        roundTrip = jitter.roundTripMillis * MILLI;
        jitterMillis = () -> jitter.millis(random);
        start();

        // When
        run(Duration.ofHours(6));

        // Then
        assertEquals(-1, doubtedAt);
        assertFalse(dead);
    }

    @ParameterizedTest
    @EnumSource(Jitter.class)
    void aFarNeighbourIsSeldomDoubtedForItsJitterWhileAnotherLinkOfItIs(Jitter jitter) {
        // Given
        RandomGenerator random = new SplittableRandom(7);
        roundTrip = jitter.roundTripMillis * MILLI;
        jitterMillis = () -> jitter.millis(random);
        start();
        int doubts = 0;

        // When
        for (int i = 0; i < 500; i++) {
            run(Duration.ofMinutes(1));
            long jitterNanos = (long) (jitterMillis.getAsDouble() * MILLI);
            underWay.add(new Pong(keepalive.onSiblingDoubted(now), now + roundTrip + jitterNanos));
            run(Duration.ofSeconds(4));
            doubts += doubtedAt < 0 ? 0 : 1;
            doubtedAt = -1;
        }

        // Then
        assertTrue(doubts <= 25, "doubted " + doubts + " times of 500");
    }

    @Test
    void aNeighbourTwoSecondsAwayMayLoseAnAnswerAndIsFoundDeadInTime() {
        // Given
        roundTrip = 2_000 * MILLI;
        start();
        long silent = now;

        // When
        answers = false;
        run(Duration.ofSeconds(5));
        assertFalse(dead);
        run(Duration.ofMinutes(1));

        // Then
        assertTrue(dead);
        assertTrue(since(silent) <= 16_000, () -> "dead after " + since(silent));
    }

    @Test
    void tellsAfterHowLongASilenceANeighbourIsDead() {
        // Given
        Duration near = keepalive.patience();

        // When
        keepalive.onGreeting(2_000 * MILLI);

        // Then four times the round trip and its margin, of four deviations of a quarter
        assertEquals(LinkLimits.DEFAULTS.deadAfter(), near);
        assertEquals(Duration.ofSeconds(16), keepalive.patience());
    }

    @Test
    void anyByteEndsTheDoubt() {
        // Given
        start();
        answers = false;
        run(Duration.ofSeconds(3));
        assertTrue(keepalive.isDoubted());

        // When
        assertTrue(keepalive.onBytes());

        // Then
        assertFalse(keepalive.isDoubted());
        assertFalse(keepalive.onBytes());
        answers = true;
        run(Duration.ofSeconds(10));
        assertFalse(dead);
    }

    @Test
    void aNeighbourThatAlsoLeavesAnotherLinkWithoutAnswerIsDoubtedSooner() {
        // Given an idle link
        start();
        long silent = now;
        answers = false;
        underWay.clear();

        // When
        keepalive.onSiblingDoubted(now);
        run(Duration.ofMillis(200));

        // Then
        assertTrue(keepalive.isDoubted());
        assertTrue(doubtedAt - silent <= 150 * MILLI);
        run(Duration.ofMinutes(1));
        assertTrue(since(silent) >= 2_500 && since(silent) <= 3_500, () -> "dead after " + since(silent));
    }

    @Test
    void theTimeInWhichThisProcessStoodStillDoesNotCount() {
        // Given
        start();

        // When
        keepalive.beginTurn(now);
        now += Duration.ofHours(1).toNanos();
        Verdict verdict = keepalive.onTurn(now);

        // Then
        assertFalse(verdict == Verdict.DEAD);
        assertFalse(keepalive.isDoubted());
    }

    @Test
    void theFirstRoundTripCountsWholeALongerOneAnEighthAShorterOneHalf() {
        // Given
        assertEquals(-1, keepalive.roundTripMicros());

        // When
        long first = keepalive.onPing(START);
        keepalive.onPong(first, START + 8 * MILLI);
        assertEquals(8_000, keepalive.roundTripMicros());
        long second = keepalive.onPing(START + 100 * MILLI);
        keepalive.onPong(second, START + 116 * MILLI);

        assertEquals(9_000, keepalive.roundTripMicros());
        long third = keepalive.onPing(START + 200 * MILLI);
        keepalive.onPong(third, START + 205 * MILLI);

        // Then
        assertEquals(7_000, keepalive.roundTripMicros());
    }

    @Test
    void measuresRoundTripsLongerThanTheInterval() {
        // Given
        long first = keepalive.onPing(START);
        keepalive.onPing(START + 2_000 * MILLI);

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
