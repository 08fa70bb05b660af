package io.hikyaku.kafka.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare.Outcome;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(BrokerKind.class)
@Timeout(120)
class KafkaPrepareIT {
    @Parameter
    BrokerKind kind;

    private KafkaMesh mesh;
    private KafkaTopics topics;
    private Broker broker;

    @BeforeEach
    void startBroker() throws IOException {
        broker = kind.shared();
        mesh = KafkaMesh.on(broker);
        topics = mesh.topics();
    }

    @Test
    void makesAnInboxAndARegistryForEachCluster() {
        // When
        List<Outcome> outcomes = prepare(List.of("osaka", "tokyo"), 3);

        // Then
        assertEquals(
                List.of(
                        new Outcome(topics.inbox("osaka"), 3, "delete", "created"),
                        new Outcome(topics.registry("osaka"), 1, "compact,delete", "created"),
                        new Outcome(topics.inbox("tokyo"), 3, "delete", "created"),
                        new Outcome(topics.registry("tokyo"), 1, "compact,delete", "created")),
                outcomes);
    }

    @Test
    void changesNothingTheSecondTime() {
        // Given
        prepare(List.of("osaka"), 3);

        // When
        List<Outcome> outcomes = prepare(List.of("osaka"), 3);

        // Then
        assertEquals(
                List.of("unchanged", "unchanged"),
                outcomes.stream().map(Outcome::action).toList());
    }

    @Test
    void raisesThePartitionsOfAnInboxAndNeverLowersThem() {
        // Given
        prepare(List.of("osaka"), 3);

        // When
        Outcome raised = prepare(List.of("osaka"), 5).getFirst();
        Outcome kept = prepare(List.of("osaka"), 2).getFirst();

        // Then
        assertEquals(new Outcome(topics.inbox("osaka"), 5, "delete", "partitions raised from 3 to 5"), raised);
        assertEquals(new Outcome(topics.inbox("osaka"), 5, "delete", "unchanged"), kept);
    }

    @Test
    void putsAWrongCleanupPolicyRight() throws Exception {
        // Given
        create(new NewTopic(topics.inbox("osaka"), 1, (short) 1).configs(Map.of("cleanup.policy", "compact")));

        // When
        Outcome inbox = prepare(List.of("osaka"), 1).getFirst();

        // Then
        assertTrue(inbox.action().startsWith("cleanup changed from compact to delete"), inbox.action());
    }

    @Test
    void putsEverySettingRightThatWouldKeepRecordsOut() throws Exception {
        // Given what a careless broker's defaults could be
        Map<String, String> careless = Map.of(
                "max.message.bytes", "2048",
                "message.timestamp.type", "CreateTime",
                "compression.type", "gzip",
                "retention.ms", "1000",
                "segment.bytes", "1073741824");
        create(new NewTopic(topics.inbox("osaka"), 1, (short) 1).configs(careless));
        create(new NewTopic(topics.registry("osaka"), 1, (short) 1).configs(careless));

        // When
        List<Outcome> mended = prepare(List.of("osaka"), 1);
        List<Outcome> again = prepare(List.of("osaka"), 1);

        // Then
        for (Outcome outcome : mended) {
            for (String key : List.of("max.message.bytes", "compression.type", "retention.ms")) {
                assertTrue(outcome.action().contains(key + " changed from " + careless.get(key)), outcome.action());
            }
            assertTrue(
                    outcome.action().contains("message.timestamp.type changed from CreateTime to LogAppendTime"),
                    outcome.action());
        }
        assertEquals(
                List.of("unchanged", "unchanged"),
                again.stream().map(Outcome::action).toList());
    }

    @Test
    void leavesAnOperatorsOwnChoiceThatWorks() throws Exception {
        // Given
        Map<String, String> chosen = Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "3600000",
                "segment.ms", "300000",
                "segment.bytes", "104857600",
                "compression.type", "uncompressed",
                "max.message.bytes", "2097152",
                "message.timestamp.type", "LogAppendTime");
        create(new NewTopic(topics.inbox("osaka"), 1, (short) 1).configs(chosen));

        // When
        Outcome inbox = prepare(List.of("osaka"), 1).getFirst();

        // Then
        assertEquals("unchanged", inbox.action());
    }

    @Test
    void refusesARegistryOfSeveralPartitions() throws Exception {
        // Given
        create(new NewTopic(topics.registry("osaka"), 2, (short) 1));

        // When
        KafkaFailure failure = assertThrows(KafkaFailure.class, () -> prepare(List.of("osaka"), 1));

        // Then
        assertTrue(failure.getMessage().contains("has 2 partitions where one is needed"), failure.getMessage());
    }

    @Test
    void saysThatMoreReplicasThanBrokersAreImpossible() {
        // Given
        try (KafkaPrepare prepare = new KafkaPrepare(mesh.properties())) {

            // When
            KafkaFailure failure =
                    assertThrows(KafkaFailure.class, () -> prepare.prepare(topics, List.of("osaka"), 1, 3));

            // Then
            assertTrue(
                    failure.getMessage().startsWith("creating topic " + topics.inbox("osaka")), failure.getMessage());
            assertTrue(failure.getMessage().contains("replication factor"), failure.getMessage());
        }
    }

    private List<Outcome> prepare(List<String> clusters, int partitions) {
        try (KafkaPrepare prepare = new KafkaPrepare(mesh.properties())) {
            return prepare.prepare(topics, clusters, partitions, 1);
        }
    }

    private void create(NewTopic topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(topic)).all().get();
            Await.until(
                    "the topic is seen", () -> admin.listTopics().names().get().contains(topic.name()));
        }
    }
}
