package io.hikyaku.kafka.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(BrokerKind.class)
@Timeout(240)
class KafkaRegistryIT {
    @Parameter
    BrokerKind kind;

    private KafkaMesh mesh;

    /// What a registry told.
    record Told(String cluster, String document, boolean fresh) {}

    /// A registry that remembers what it told.
    public static final class Reader implements KafkaRegistry.Listener, AutoCloseable {
        final List<Told> told = new CopyOnWriteArrayList<>();
        final CompletableFuture<List<Told>> snapshot = new CompletableFuture<>();
        final KafkaRegistry registry;

        Reader(KafkaTransport.Settings settings) {
            registry = new KafkaRegistry(settings, this);
        }

        @Override
        public void onRecord(String cluster, byte[] record, boolean fresh) {
            told.add(new Told(cluster, new String(record, StandardCharsets.UTF_8), fresh));
        }

        @Override
        public void onSnapshotComplete() {
            assertTrue(snapshot.complete(List.copyOf(told)), "a second snapshot");
        }

        List<Told> awaitSnapshot() throws Exception {
            return snapshot.get(60, TimeUnit.SECONDS);
        }

        /// @param records the head last
        void publish(String... records) {
            SequencedMap<String, byte[]> all = new LinkedHashMap<>();
            for (int i = 0; i < records.length; i++) {
                all.put(i == records.length - 1 ? "" : "/" + i, records[i].getBytes(StandardCharsets.UTF_8));
            }
            registry.publish(all);
        }

        void await(Told document) throws Exception {
            Await.until(document + " is told", () -> told.contains(document));
        }

        @Override
        public void close() {
            registry.close();
        }
    }

    @BeforeEach
    void startBroker() throws IOException {
        mesh = KafkaMesh.on(kind.shared());
    }

    @Test
    void tellsWhatIsWrittenByOthersWhileItReads() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (Reader osaka = reader("osaka");
                Reader tokyo = reader("tokyo")) {
            assertEquals(List.of(), osaka.awaitSnapshot());
            tokyo.awaitSnapshot();

            // When
            tokyo.publish("one");
            osaka.await(new Told("tokyo", "one", true));
            tokyo.publish("two");

            // Then
            osaka.await(new Told("tokyo", "two", true));
        }
    }

    @Test
    void marksWhatWasThereBeforeAsStaleAndTellsItInTheSnapshot() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        write("tokyo", KafkaMesh.newNode(), "old");

        // When
        try (Reader osaka = reader("osaka")) {
            List<Told> snapshot = osaka.awaitSnapshot();
            write("tokyo", KafkaMesh.newNode(), "new");

            // Then
            assertEquals(List.of(new Told("tokyo", "old", false)), snapshot);
            osaka.await(new Told("tokyo", "new", true));
        }
    }

    @Test
    void findsAClusterThatJoinsLater() throws Exception {
        // Given
        mesh.prepare(1, "osaka");
        try (Reader osaka = reader("osaka")) {
            osaka.awaitSnapshot();

            // When
            mesh.prepare(1, "nagoya");
            try (Reader nagoya = reader("nagoya")) {
                nagoya.publish("hello");

                // Then
                osaka.await(new Told("nagoya", "hello", true));
            }
        }
    }

    @Test
    void aTombstoneOfSomebodyElseDeletesNothing() throws Exception {
        // Given
        NodeId node = KafkaMesh.newNode();
        mesh.prepare(1, "osaka", "tokyo");
        write("tokyo", node, "alive");

        // When
        write("tokyo", node, null);
        write("tokyo", KafkaMesh.newNode(), "last");

        // Then
        try (Reader osaka = reader("osaka")) {
            osaka.await(new Told("tokyo", "last", false));
            assertTrue(osaka.told.contains(new Told("tokyo", "alive", false)), osaka.told::toString);
        }
    }

    @Test
    void leavesATombstoneOfItsOwn() throws Exception {
        // Given
        mesh.prepare(1, "osaka");
        NodeId node = KafkaMesh.newNode();
        try (Reader osaka = new Reader(mesh.settings("osaka", node))) {
            osaka.awaitSnapshot();
            osaka.publish("here");
            osaka.await(new Told("osaka", "here", true));

            // When
            osaka.registry.close();
        }

        // Then; the broker may take it a little later
        Await.until("it is there", () -> read("osaka").getLast().value() == null);
        assertEquals(node.toString(), read("osaka").getLast().key());
    }

    @Test
    void saysThatItLeavesBeforeItsTombstones() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (Reader osaka = reader("osaka")) {
            try (Reader tokyo = reader("tokyo")) {
                osaka.awaitSnapshot();
                tokyo.publish("part", "one");
                osaka.await(new Told("tokyo", "one", true));

                // When
                tokyo.publish("another part", "leaving");
            }

            // Then
            osaka.await(new Told("tokyo", "another part", true));
            osaka.await(new Told("tokyo", "leaving", true));
        }
    }

    @Test
    void writesWhatChangedAloneAndDeletesWhatIsGone() throws Exception {
        // Given
        mesh.prepare(1, "osaka");
        NodeId node = KafkaMesh.newNode();
        try (Reader osaka = new Reader(mesh.settings("osaka", node))) {
            osaka.awaitSnapshot();
            osaka.publish("part a", "part b", "head 1");
            osaka.await(new Told("osaka", "head 1", true));

            // When
            osaka.publish("part a", "head 2");
            osaka.await(new Told("osaka", "head 2", true));
            osaka.registry.beat("alive".getBytes(StandardCharsets.UTF_8));
            osaka.await(new Told("osaka", "alive", true));

            // Then
            List<ConsumerRecord<String, String>> records = read("osaka");
            assertEquals(
                    List.of("/0 part a", "/1 part b", " head 1", "/1 null", " head 2", "/beat alive"),
                    records.stream()
                            .map(record -> record.key().substring(32) + " " + record.value())
                            .toList());
        }
    }

    @Test
    void writesEverythingAnewWhenItsTopicWasDeletedAndMadeAgain() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (Reader osaka = reader("osaka");
                Reader tokyo = reader("tokyo")) {
            osaka.awaitSnapshot();
            tokyo.publish("part", "head");
            osaka.await(new Told("tokyo", "head", true));
            assertTrue(osaka.registry.hears("tokyo"));

            // When
            mesh.delete(mesh.topics().registry("tokyo"));
            Await.until("it is missed", () -> tokyo.registry.failure().isPresent() && !osaka.registry.hears("tokyo"));
            osaka.told.clear();
            mesh.prepare(1, "tokyo");
            Await.until("it is there again", () -> osaka.registry.hears("tokyo"));
            tokyo.registry.beat("alive".getBytes(StandardCharsets.UTF_8));

            // Then
            Await.until(
                    "all is told again",
                    () -> List.of("part", "head", "alive").stream()
                            .allMatch(text -> osaka.told.stream()
                                    .anyMatch(told -> told.document().equals(text))));
            Await.until("nothing fails", () -> tokyo.registry.failure().isEmpty());
        }
    }

    @Test
    void readsAgainFromTheBeginningWhenAsked() throws Exception {
        // Given
        mesh.prepare(1, "osaka");
        try (Reader osaka = reader("osaka")) {
            osaka.awaitSnapshot();
            osaka.publish("head");
            osaka.await(new Told("osaka", "head", true));

            // When
            osaka.registry.reread();

            // Then
            osaka.await(new Told("osaka", "head", false));
        }
    }

    @Test
    void publishesOnceItsTopicIsMade() throws Exception {
        // Given
        try (Reader osaka = reader("osaka")) {
            osaka.publish("patient");
            Await.until(
                    "the missing topic is named",
                    () -> osaka.registry
                            .failure()
                            .filter(said -> said.contains(mesh.topics().registry("osaka")))
                            .isPresent());

            // When
            mesh.prepare(1, "osaka");

            // Then
            osaka.await(new Told("osaka", "patient", true));
            Await.until("nothing fails", () -> osaka.registry.failure().isEmpty());
        }
    }

    @Test
    void goesOnAfterTheBrokerRestarted() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (Reader osaka = reader("osaka");
                Reader tokyo = reader("tokyo")) {
            osaka.awaitSnapshot();
            tokyo.publish("before");
            osaka.await(new Told("tokyo", "before", true));

            // When
            mesh.broker().stop();
            tokyo.publish("meanwhile");
            mesh.broker().start();

            // Then
            osaka.await(new Told("tokyo", "meanwhile", true));
            assertEquals(
                    1,
                    osaka.told.stream()
                            .filter(told -> told.document().equals("before"))
                            .count());
        }
    }

    @Test
    void ignoresARecordThatIsTooLarge() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (Reader osaka = reader("osaka")) {
            osaka.awaitSnapshot();

            // When
            write("tokyo", KafkaMesh.newNode(), "x".repeat(KafkaRegistry.MAX_RECORD));
            write("tokyo", KafkaMesh.newNode(), "y".repeat(KafkaRegistry.MAX_RECORD + 1));
            write("tokyo", KafkaMesh.newNode(), "last");

            // Then
            osaka.await(new Told("tokyo", "last", true));
            assertTrue(osaka.told.stream().anyMatch(told -> told.document().startsWith("x")));
            assertFalse(osaka.told.stream().anyMatch(told -> told.document().startsWith("y")));
        }
    }

    private Reader reader(String cluster) {
        return new Reader(mesh.settings(cluster, KafkaMesh.newNode()));
    }

    private void write(String cluster, NodeId node, String document) throws Exception {
        byte[] key = node.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] value = document == null ? null : document.getBytes(StandardCharsets.UTF_8);
        Map<String, Object> properties = new HashMap<>(mesh.properties());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(mesh.topics().registry(cluster), 0, key, value))
                    .get();
        }
    }

    private List<ConsumerRecord<String, String>> read(String cluster) throws Exception {
        TopicPartition partition = new TopicPartition(mesh.topics().registry(cluster), 0);
        List<ConsumerRecord<String, String>> records = new CopyOnWriteArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                new HashMap<String, Object>(mesh.properties()), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            Await.until("the topic is read", () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return consumer.position(partition) >= end;
            });
        }
        return records;
    }
}
