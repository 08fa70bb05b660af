package io.hikyaku.link.kafka;

import io.hikyaku.lab.Broker;
import java.util.Map;
import java.util.UUID;

/// Names and settings that keep the tests on one broker apart.
final class TestMesh {
    private TestMesh() {}

    static KafkaTopics fresh() {
        return new KafkaTopics("test-" + UUID.randomUUID());
    }

    static Map<String, String> properties(Broker broker) {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }
}
