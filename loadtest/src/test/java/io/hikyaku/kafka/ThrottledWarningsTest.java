package io.hikyaku.kafka;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ThrottledWarningsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final ThrottledWarnings warnings =
            new ThrottledWarnings(LoggerFactory.getLogger(ThrottledWarningsTest.class));

    @Test
    void saysTheSameOnceAMinute() {
        assertTrue(warnings.isNew("away", 0));
        assertFalse(warnings.isNew("away", MINUTE - 1));
        assertTrue(warnings.isNew("away", MINUTE));
    }

    @Test
    void whatDiffersInATimeAloneIsTheSame() {
        // Given
        KafkaFailure one = refusedAt(1_764_500_000_000L);
        KafkaFailure other = refusedAt(1_764_500_000_250L);

        // Then
        assertTrue(warnings.isNew(one.kind(), 0));
        assertFalse(warnings.isNew(other.kind(), 1));
        assertTrue(warnings.isNew(
                KafkaFailure.of("writing to there", new TimeoutException()).kind(), 2));
    }

    /// Kafka's client has a type for one refused record of a batch, and another for several.
    @Test
    void severalRefusedRecordsAreWhatOneIs() {
        // Given
        assertTrue(warnings.isNew(refusedAt(1_764_500_000_000L).kind(), 0));

        // When
        KafkaFailure several = KafkaFailure.of("writing to here", new InvalidRecordException("Timestamp 1 …"));

        // Then
        assertFalse(warnings.isNew(several.kind(), 1));
    }

    private static KafkaFailure refusedAt(long time) {
        return KafkaFailure.of(
                "writing to here", new InvalidTimestampException("Timestamp " + time + " of message is out of range"));
    }

    @Test
    void saysSomethingElseAtOnce() {
        assertTrue(warnings.isNew("away", 0));
        assertTrue(warnings.isNew("not allowed", 1));
    }

    @Test
    void saysItAgainAfterItHadWorked() {
        // Given
        assertTrue(warnings.isNew("away", 0));

        // When
        warnings.clear();

        // Then
        assertTrue(warnings.isNew("away", 1));
    }

    @Test
    void remembersABoundedNumber() {
        for (int i = 0; i < 100; i++) {
            assertTrue(warnings.isNew("failure " + i, 0));
        }
        assertFalse(warnings.isNew("one too many", 1));
    }
}
