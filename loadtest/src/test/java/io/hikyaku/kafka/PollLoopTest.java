package io.hikyaku.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PollLoopTest {
    private final List<String> told = new ArrayList<>();
    private final PollLoop reading = new PollLoop(
            new PretendedKafka(OneThatDoesNotClose::new), Map.of(), LoggerFactory.getLogger(PollLoopTest.class));

    private static final class OneThatDoesNotClose extends MockConsumer<byte[], byte[]> {
        OneThatDoesNotClose() {
            super("latest");
        }

        @Override
        public void close(CloseOptions options) {
            throw new KafkaException("Failed to close kafka consumer");
        }
    }

    @Test
    void goesOnWithAnotherClientIfOneDoesNotClose() {
        // When
        reading.run(
                from -> {
                    told.add("reading");
                    if (told.size() == 2) {
                        reading.close();
                    }
                    throw new WakeupException();
                },
                failure -> told.add("failed"));

        // Then
        assertEquals(List.of("reading", "reading"), told);
    }

    @Test
    void tellsOfOurOwnMistakesAsOfAnyFailure() {
        // When
        reading.run(
                from -> {
                    throw new IllegalStateException("a mistake");
                },
                failure -> {
                    told.add(String.valueOf(failure.getMessage()));
                    reading.close();
                });

        // Then
        assertEquals(List.of("a mistake"), told);
    }
}
