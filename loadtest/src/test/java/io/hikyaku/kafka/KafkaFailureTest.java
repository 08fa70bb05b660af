package io.hikyaku.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class KafkaFailureTest {
    @Test
    void saysWhyAClientCouldNotBeMade() {
        // Given
        Exception thrown = new KafkaException("Failed to construct kafka producer", new ConfigException("no brokers"));

        // When
        KafkaFailure failure = KafkaFailure.of("connecting", thrown);

        // Then
        assertEquals("connecting: no brokers", failure.sentence());
    }

    @Test
    void saysWhatAFutureFailedWith() {
        // Given
        Exception thrown = new ExecutionException(new TopicAuthorizationException("not yours"));

        // When
        KafkaFailure failure = KafkaFailure.of("looking", thrown);

        // Then
        assertEquals(KafkaFailure.Reason.NOT_ALLOWED, failure.reason());
    }

    @Test
    void keepsWhatAFailureSaysItselfWhateverItsCause() {
        // Given
        Exception thrown = new ConfigException("no such keystore");
        thrown.initCause(new IllegalStateException("the cause"));

        // When
        KafkaFailure failure = KafkaFailure.of("connecting", thrown);

        // Then
        assertEquals("connecting: no such keystore", failure.sentence());
    }
}
