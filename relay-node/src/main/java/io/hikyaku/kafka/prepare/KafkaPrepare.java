package io.hikyaku.kafka.prepare;

import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Creates the topics of clusters: for each an inbox (records live for minutes) and a registry (compacted). Running it
/// again changes nothing; what exists is checked, and corrected where that loses nothing.
public final class KafkaPrepare implements AutoCloseable {
    private static final Duration REQUEST = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private final Admin admin;
    private final String brokers;

    /// What was found or done about a topic.
    ///
    /// @param partitions how many it has now
    /// @param action for people: `created`, `unchanged`, or what was changed
    public record Outcome(String topic, int partitions, String cleanup, String action) {}

    /// @param clientProperties of Kafka's client, `bootstrap.servers` among them
    /// @throws KafkaFailure if they are not usable
    public KafkaPrepare(Map<String, String> clientProperties) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST.toMillis());
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        properties.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
        brokers = String.valueOf(properties.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
        try {
            admin = Admin.create(properties);
        } catch (org.apache.kafka.common.KafkaException refused) {
            throw KafkaFailure.of("connecting to Kafka at " + brokers, refused);
        }
    }

    /// Makes or checks both topics of each cluster, in order.
    ///
    /// @param partitions of an inbox, from 1; an inbox that has more keeps them
    /// @param replication of topics that do not exist yet
    /// @throws KafkaFailure if a broker does not answer in time, or does not allow it; topics before it are done
    public List<Outcome> prepare(KafkaTopics topics, List<String> clusters, int partitions, int replication) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String cluster : clusters) {
            outcomes.add(
                    ensure(new Wanted(topics.inbox(cluster), partitions, (short) replication, TopicSetting.INBOX)));
            outcomes.add(ensure(new Wanted(topics.registry(cluster), 1, (short) replication, TopicSetting.REGISTRY)));
        }
        return outcomes;
    }

    private record Wanted(String topic, int partitions, short replication, List<TopicSetting> settings) {
        String cleanup() {
            return TopicSetting.wanted(settings).getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
        }
    }

    private Outcome ensure(Wanted wanted) {
        Optional<TopicDescription> existing = describe(wanted.topic);
        if (existing.isPresent()) {
            return check(wanted, existing.get().partitions().size());
        }
        boolean created = create(wanted);
        int partitions = awaitPartitions(wanted.topic, 1);
        return created
                ? new Outcome(wanted.topic, wanted.partitions, wanted.cleanup(), "created")
                : check(wanted, partitions);
    }

    private int awaitPartitions(String topic, int atLeast) {
        return awaitOutcome(
                topic,
                () -> describe(topic)
                        .map(found -> found.partitions().size())
                        .filter(partitions -> partitions >= atLeast));
    }

    /// A broker learns of a change a little after it was made. This waits for it, so that a prepared topic can be
    /// used at once.
    private <T> T awaitOutcome(String topic, Supplier<Optional<T>> look) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<T> outcome = look.get();
            if (outcome.isPresent()) {
                return outcome.get();
            }
            pause();
        }
        throw new KafkaFailure(
                KafkaFailure.Reason.OTHER,
                "topic " + topic + " at " + brokers + ": the brokers did not agree on it in time",
                new TimeoutException(topic));
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Outcome check(Wanted wanted, int partitions) {
        List<String> changes = new ArrayList<>();
        if (partitions < wanted.partitions) {
            await(
                    "adding partitions to " + wanted.topic,
                    admin.createPartitions(Map.of(wanted.topic, NewPartitions.increaseTo(wanted.partitions)))
                            .all());
            awaitPartitions(wanted.topic, wanted.partitions);
            changes.add("partitions raised from " + partitions + " to " + wanted.partitions);
        }
        if (partitions > 1 && wanted.settings.equals(TopicSetting.REGISTRY)) {
            throw new KafkaFailure(
                    KafkaFailure.Reason.OTHER,
                    wanted.topic + " has " + partitions + " partitions where one is needed, and Kafka cannot take any"
                            + " away: delete the topic and prepare again",
                    new IllegalStateException(wanted.topic));
        }
        changes.addAll(mend(wanted));
        return new Outcome(
                wanted.topic,
                Math.max(partitions, wanted.partitions),
                wanted.cleanup(),
                changes.isEmpty() ? "unchanged" : String.join(", ", changes));
    }

    private Optional<TopicDescription> describe(String topic) {
        try {
            return Optional.ofNullable(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw KafkaFailure.of("looking at topic " + topic + " at " + brokers, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// @return false if somebody else created it meanwhile
    private boolean create(Wanted wanted) {
        NewTopic topic = new NewTopic(wanted.topic, wanted.partitions, wanted.replication)
                .configs(TopicSetting.wanted(wanted.settings));
        try {
            admin.createTopics(List.of(topic)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw KafkaFailure.of("creating topic " + wanted.topic + " at " + brokers, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// Corrects, all at once, the settings with which the transport would not work.
    ///
    /// @return what was changed, for people
    private List<String> mend(Wanted wanted) {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, wanted.topic);
        Map<TopicSetting, ConfigEntry> unfit = unfit(topic, wanted.settings);
        if (unfit.isEmpty()) {
            return List.of();
        }
        List<String> changes = new ArrayList<>();
        List<AlterConfigOp> operations = new ArrayList<>();
        unfit.forEach((setting, entry) -> {
            ConfigEntry mended = new ConfigEntry(setting.key(), setting.wanted());
            operations.add(new AlterConfigOp(mended, AlterConfigOp.OpType.SET));
            changes.add(setting.label() + " changed from " + entry.value() + " to " + setting.wanted());
        });
        await(
                "changing the settings of " + wanted.topic,
                admin.incrementalAlterConfigs(Map.of(topic, operations)).all());
        awaitOutcome(
                wanted.topic, () -> unfit(topic, wanted.settings).isEmpty() ? Optional.of(changes) : Optional.empty());
        return changes;
    }

    /// The settings that do not fit, in order, and what they are.
    private Map<TopicSetting, ConfigEntry> unfit(ConfigResource topic, List<TopicSetting> settings) {
        Config found = Objects.requireNonNull(await(
                        "reading the settings of " + topic.name(),
                        admin.describeConfigs(List.of(topic)).all())
                .get(topic));
        Map<TopicSetting, ConfigEntry> unfit = new LinkedHashMap<>();
        for (TopicSetting setting : settings) {
            ConfigEntry entry = found.get(setting.key());
            if (entry != null && !setting.fits().test(entry.value())) {
                unfit.put(setting, entry);
            }
        }
        return unfit;
    }

    private <T> T await(String doing, KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw KafkaFailure.of(doing + " at " + brokers, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static KafkaFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new KafkaFailure(KafkaFailure.Reason.OTHER, "interrupted", e);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }
}
