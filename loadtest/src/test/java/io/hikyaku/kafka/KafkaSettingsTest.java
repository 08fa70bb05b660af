package io.hikyaku.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.wire.NodeId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

    @Test
    void theOperatorOverridesWhatIsMeasured() {
        // When
        Map<String, Object> settings = KafkaSettings.liveProducer(Map.of("acks", "all", "batch.size", "1"));

        // Then
        assertEquals("all", settings.get("acks"));
        assertEquals("1", settings.get("batch.size"));
    }

    @Test
    void nobodyOverridesWhatTheTransportReliesOn() {
        // Given
        Map<String, String> wrong = Map.of(
                "max.block.ms", "60000", "group.id", "g", "enable.auto.commit", "true", "auto.offset.reset", "none");

        // When
        Map<String, Object> producer = KafkaSettings.liveProducer(wrong);
        Map<String, Object> consumer = KafkaSettings.consumer(wrong, "latest");

        // Then
        assertEquals("0", producer.get("max.block.ms"));
        assertFalse(consumer.containsKey("group.id"));
        assertEquals("false", consumer.get("enable.auto.commit"));
        assertEquals("latest", consumer.get("auto.offset.reset"));
    }

    @Test
    void filesOfTlsAreReadForEachConnectionUnlessTheOperatorHasAnotherWay() {
        // When
        Map<String, Object> ours = KafkaSettings.consumer(Map.of(), "latest");
        Map<String, Object> theirs = KafkaSettings.consumer(Map.of("ssl.engine.factory.class", "Theirs"), "latest");

        // Then
        assertEquals(TlsFilesOfNow.class.getName(), ours.get("ssl.engine.factory.class"));
        assertEquals("Theirs", theirs.get("ssl.engine.factory.class"));
    }

    @Test
    void settingsShowNoSecrets() {
        // Given
        Map<String, String> properties = Map.of("bootstrap.servers", "k:9092", "ssl.keystore.key", "hunter2");

        // When
        String shown =
                new KafkaTransport.Settings(properties, new KafkaTopics("demo"), "osaka", NodeId.NONE, 2, 1).toString();

        // Then
        assertFalse(shown.contains("hunter2"), shown);
    }
}
