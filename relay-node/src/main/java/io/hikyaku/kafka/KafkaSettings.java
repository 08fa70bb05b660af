package io.hikyaku.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SslConfigs;

/// The settings of our clients: measured defaults, over them the operator's, over those what the transport relies on.
/// docs/decisions/025-kafka-transport-settings.md has the measurements. Nothing here is ever logged.
public final class KafkaSettings {
    /// How long a record is retried before it counts as lost.
    static final Duration DELIVERY = Duration.ofSeconds(10);

    /// What unacknowledged records may hold of the heap, in bytes, for all topics together.
    static final long SEND_BUFFER = 16 << 20;

    private static final Duration REQUEST = Duration.ofSeconds(5);

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            // A new cluster's topic has to be found in seconds.
            Map.entry(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, "2000"),
            Map.entry(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, "100"),
            Map.entry(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000"),
            // Brokers that have moved are found by the names that they were first found by.
            Map.entry(CommonClientConfigs.METADATA_RECOVERY_REBOOTSTRAP_TRIGGER_MS_CONFIG, "10000"),
            Map.entry(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(REQUEST.toMillis())),
            // Kafka's fixed sizes stall under load with TLS; the kernel's own do not.
            Map.entry(CommonClientConfigs.SEND_BUFFER_CONFIG, "-1"),
            Map.entry(CommonClientConfigs.RECEIVE_BUFFER_CONFIG, "-1"),
            Map.entry(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, TlsFilesOfNow.class.getName()),
            Map.entry(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, ""),
            Map.entry(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false"));

    private static final Map<String, String> PRODUCER = Map.ofEntries(
            Map.entry(ProducerConfig.LINGER_MS_CONFIG, "0"),
            // A request carries one batch per partition at most, so this is also what one request can carry.
            Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, "131072"),
            Map.entry(ProducerConfig.ACKS_CONFIG, "1"),
            Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false"),
            Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(SEND_BUFFER)),
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(DELIVERY.toMillis())),
            Map.entry(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, "50"),
            Map.entry(
                    ProducerConfig.METADATA_MAX_IDLE_CONFIG,
                    Long.toString(Duration.ofHours(1).toMillis())));

    private static final Map<String, String> PRODUCER_RULES = Map.of(
            ProducerConfig.MAX_BLOCK_MS_CONFIG, "0", // event loops call it
            ProducerConfig.COMPRESSION_TYPE_CONFIG, "none"); // ciphertext does not shrink

    private static final Map<String, String> CONSUMER = Map.of(
            ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "1",
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "500",
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "1048576",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1000");

    private static final Map<String, String> CONSUMER_RULES = Map.of(
            ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");

    private KafkaSettings() {}

    /// Never blocks its caller: a record that finds neither metadata nor room fails at once.
    public static Map<String, Object> liveProducer(Map<String, String> operator) {
        Map<String, Object> settings = merged(PRODUCER, operator);
        settings.putAll(PRODUCER_RULES);
        return settings;
    }

    /// For documents: few, and acknowledged by all replicas.
    public static Map<String, Object> registryProducer(Map<String, String> operator) {
        Map<String, Object> settings = merged(PRODUCER, operator);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, "2097152");
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, "16384");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "2000");
        return settings;
    }

    /// @param reset where to continue when the offset is gone: `earliest` or `latest`
    public static Map<String, Object> consumer(Map<String, String> operator, String reset) {
        Map<String, Object> settings = merged(CONSUMER, operator);
        settings.putAll(CONSUMER_RULES);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
        settings.keySet().removeAll(Set.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
        return settings;
    }

    private static Map<String, Object> merged(Map<String, String> defaults, Map<String, String> operator) {
        Map<String, Object> settings = new HashMap<>(DEFAULTS);
        settings.putAll(defaults);
        settings.putAll(operator);
        return settings;
    }
}
