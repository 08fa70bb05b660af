package io.hikyaku.kafka;

import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.lab.Broker;
import io.hikyaku.wire.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;

/// A mesh of its own on a shared broker, so that tests keep out of each other's way.
///
/// @param properties of Kafka's client for whoever may do everything
public record KafkaMesh(Broker broker, KafkaTopics topics, Map<String, String> properties) {
    private static final long MIB = 1 << 20;

    public static KafkaMesh on(Broker broker) {
        return on(broker, Map.of());
    }

    public static KafkaMesh on(Broker broker, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaMesh(broker, new KafkaTopics("test-" + UUID.randomUUID()), all);
    }

    public static NodeId newNode() {
        return new NodeId(
                ThreadLocalRandom.current().nextLong(),
                ThreadLocalRandom.current().nextLong());
    }

    public void prepare(int partitions, String... clusters) {
        try (KafkaPrepare prepare = new KafkaPrepare(properties)) {
            prepare.prepare(topics, List.of(clusters), partitions, 1);
        }
    }

    /// Takes a topic away.
    public void delete(String topic) throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(properties))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    public KafkaTransport.Settings settings(String cluster, NodeId node) {
        return settings(cluster, node, Map.of());
    }

    /// @param credentials instead of those of whoever may do everything
    public KafkaTransport.Settings settings(String cluster, NodeId node, Map<String, String> credentials) {
        Map<String, String> all = new HashMap<>(properties);
        all.putAll(credentials);
        return new KafkaTransport.Settings(all, topics, cluster, node, MIB, MIB / 4);
    }
}
