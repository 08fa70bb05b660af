package io.hikyaku.kafka.prepare;

import io.hikyaku.kafka.registry.KafkaRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.config.TopicConfig;

/// A setting of a topic on which the transport depends: what a new topic gets, and what is left alone in an existing
/// one. An operator's own choice stays as long as everything works with it.
///
/// @param key as Kafka names it
/// @param wanted what it is set to
/// @param fits whether a value may stay
record TopicSetting(String key, String wanted, Predicate<String> fits) {
    private static final long MIB = 1 << 20;
    /// Kafka's own default, which is more than anything here needs.
    private static final long MESSAGE = 1_048_588;
    /// The largest batch that a producer makes of packets, with room.
    private static final long LEAST_PACKETS = 256 << 10;

    /// Packets live for minutes: the channels know what arrived. Retention removes whole segments, so these are
    /// short too.
    static final List<TopicSetting> INBOX = List.of(
            oneOf(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE),
            duration(
                    TopicConfig.RETENTION_MS_CONFIG,
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(1),
                    Duration.ofHours(24)),
            atLeast(TopicConfig.RETENTION_BYTES_CONFIG, -1, 256 * MIB),
            duration(
                    TopicConfig.SEGMENT_MS_CONFIG,
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(10)),
            between(TopicConfig.SEGMENT_BYTES_CONFIG, 64 * MIB, MIB, 256 * MIB),
            atLeast(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MESSAGE, LEAST_PACKETS),
            brokersTime(),
            uncompressed());

    /// The last document of each node. Live nodes renew theirs all the time, so what is hours old is of a node that
    /// crashed, and goes. Tombstones stay for an hour, longer than any reader lags behind.
    static final List<TopicSetting> REGISTRY = List.of(
            allOf(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.CLEANUP_POLICY_DELETE),
            duration(TopicConfig.RETENTION_MS_CONFIG, Duration.ofHours(6), Duration.ofHours(1), Duration.ofDays(7)),
            atLeast(TopicConfig.RETENTION_BYTES_CONFIG, -1, 64 * MIB),
            duration(
                    TopicConfig.SEGMENT_MS_CONFIG, Duration.ofMinutes(10), Duration.ofSeconds(10), Duration.ofHours(1)),
            between(TopicConfig.SEGMENT_BYTES_CONFIG, 64 * MIB, MIB, 1024 * MIB),
            atLeast(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MESSAGE, KafkaRegistry.MAX_RECORD + LEAST_PACKETS / 4),
            brokersTime(),
            uncompressed(),
            new TopicSetting(
                    TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1", value -> Double.parseDouble(value) <= 0.5),
            duration(
                    TopicConfig.DELETE_RETENTION_MS_CONFIG,
                    Duration.ofHours(1),
                    Duration.ofMinutes(5),
                    Duration.ofDays(7)));

    /// What a topic is made with.
    static Map<String, String> wanted(List<TopicSetting> settings) {
        Map<String, String> wanted = new TreeMap<>();
        settings.forEach(setting -> wanted.put(setting.key, setting.wanted));
        return wanted;
    }

    /// Its name for people.
    String label() {
        return key.equals(TopicConfig.CLEANUP_POLICY_CONFIG) ? "cleanup" : key;
    }

    /// A writer's clock must not decide which records are refused, or removed as old.
    private static TopicSetting brokersTime() {
        return oneOf(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    }

    /// Sealed bytes do not shrink, so a broker that compresses them works for nothing.
    private static TopicSetting uncompressed() {
        return oneOf(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer", "uncompressed");
    }

    private static TopicSetting oneOf(String key, String wanted, String... others) {
        return new TopicSetting(
                key,
                wanted,
                value -> value.equals(wanted) || Arrays.asList(others).contains(value));
    }

    private static TopicSetting allOf(String key, String... values) {
        Set<String> wanted = Set.of(values);
        return new TopicSetting(
                key,
                String.join(",", values),
                value -> Set.of(value.split(",", -1)).equals(wanted));
    }

    private static TopicSetting duration(String key, Duration wanted, Duration least, Duration most) {
        return between(key, wanted.toMillis(), least.toMillis(), most.toMillis());
    }

    private static TopicSetting between(String key, long wanted, long least, long most) {
        return new TopicSetting(key, Long.toString(wanted), value -> {
            long number = Long.parseLong(value);
            return number >= least && number <= most;
        });
    }

    /// @param wanted may be -1, which is no limit
    private static TopicSetting atLeast(String key, long wanted, long least) {
        return new TopicSetting(key, Long.toString(wanted), value -> {
            long number = Long.parseLong(value);
            return number >= least || number == wanted;
        });
    }
}
