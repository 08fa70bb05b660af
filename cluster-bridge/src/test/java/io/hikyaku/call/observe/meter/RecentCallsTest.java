package io.hikyaku.call.observe.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.meter.RecentCalls.Minute;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentCallsTest {
    private static final long START = -7_000_000_000L; // the JDK's clock may begin anywhere
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final RecentCalls calls = new RecentCalls(START);

    @Test
    void nothingIsNothing() {
        assertEquals(new Minute(0, 0, 0, 0), calls.lastMinute(START + SECOND));
    }

    @Test
    void countsRatesOverTheTimeThereHasBeen() {
        // Given
        for (int i = 0; i < 100; i++) {
            calls.add(START + i * SECOND / 10, MILLI, i % 4 == 0);
        }

        // When
        Minute minute = calls.lastMinute(START + 10 * SECOND);

        // Then
        assertEquals(10, minute.perSecond(), 0.001);
        assertEquals(0.25, minute.failedShare(), 0.001);
    }

    @Test
    void forgetsWhatIsOlderThanAMinute() {
        // Given
        calls.add(START, MILLI, true);
        calls.add(START + 61 * SECOND, MILLI, false);

        // When
        Minute minute = calls.lastMinute(START + 62 * SECOND);

        // Then
        assertEquals(0, minute.failedShare());
        assertEquals(1.0 / 57, minute.perSecond(), 0.001);
        assertEquals(new Minute(0, 0, 0, 0), calls.lastMinute(START + 200 * SECOND));
    }

    @Test
    void slicesAreUsedAgainWithoutWhatTheyHeld() {
        // Given
        for (int slice = 0; slice < 100; slice++) {
            calls.add(START + slice * RecentCalls.SLICE_NANOS, MILLI, false);
        }

        // When
        Minute minute = calls.lastMinute(START + 100 * RecentCalls.SLICE_NANOS - 1);

        // Then
        assertEquals(RecentCalls.SLICES / 60.0, minute.perSecond(), 0.001);
    }

    @Test
    void findsTheMiddleAndTheTail() {
        // Given
        for (int millis = 1; millis <= 1000; millis++) {
            calls.add(START, millis * MILLI, false);
        }

        // When
        Minute minute = calls.lastMinute(START + SECOND);

        // Then
        assertEquals(500, minute.p50Nanos() / 1e6, 60);
        assertEquals(990, minute.p99Nanos() / 1e6, 110);
    }

    @Test
    void oneCallIsItsOwnMiddleAndTail() {
        calls.add(START, 3 * MILLI, false);
        Minute minute = calls.lastMinute(START + SECOND);
        assertEquals(3.0, minute.p50Nanos() / 1e6, 0.4);
        assertEquals(minute.p50Nanos(), minute.p99Nanos());
    }

    @Test
    void everyDurationHasABucketThatIsNearIt() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong() >>> 1 + random.nextInt(62);
            long middle = RecentCalls.middle(RecentCalls.bucket(nanos));
            double off = Math.abs((double) middle - nanos);
            assertTrue(off <= Math.max(nanos * 0.126, 1 << 13), nanos + " was taken for " + middle);
        }
        assertEquals(0, RecentCalls.bucket(0));
        assertEquals(0, RecentCalls.bucket(-1));
        assertTrue(RecentCalls.bucket(Long.MAX_VALUE) < 256);
    }
}
