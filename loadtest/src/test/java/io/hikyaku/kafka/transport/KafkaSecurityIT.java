package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.kafka.registry.KafkaRegistry;
import io.hikyaku.lab.KafkaAuthority;
import io.hikyaku.lab.KafkaServer;
import io.hikyaku.link.PacketSink;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The rights of docs/KAFKA.md, against a broker that demands certificates and grants nothing else.
@Timeout(240)
class KafkaSecurityIT {
    private static final KafkaAuthority AUTHORITY = new KafkaAuthority();
    private static final Map<String, String> OSAKA = AUTHORITY.clientProperties("osaka");
    private static final Map<String, String> TOKYO = AUTHORITY.clientProperties("tokyo");

    private static KafkaServer broker;
    private KafkaMesh mesh;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = KafkaServer.openSecured(AUTHORITY);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
    }

    @BeforeEach
    void prepareAndGrant() throws Exception {
        mesh = KafkaMesh.on(broker, AUTHORITY.clientProperties(KafkaAuthority.ADMINISTRATOR));
        mesh.prepare(1, "osaka", "tokyo");
        List<AclBinding> rights = new ArrayList<>();
        for (String cluster : List.of("osaka", "tokyo")) {
            rights.addAll(rightsOf(cluster));
        }
        try (Admin admin = Admin.create(new HashMap<>(mesh.properties()))) {
            admin.createAcls(rights).all().get();
        }
    }

    private List<AclBinding> rightsOf(String cluster) {
        KafkaTopics topics = mesh.topics();
        return List.of(
                right(cluster, AclOperation.WRITE, PatternType.PREFIXED, "hikyaku." + topics.mesh() + ".in."),
                right(cluster, AclOperation.READ, PatternType.LITERAL, topics.inbox(cluster)),
                right(cluster, AclOperation.WRITE, PatternType.LITERAL, topics.registry(cluster)),
                right(cluster, AclOperation.READ, PatternType.PREFIXED, "hikyaku." + topics.mesh() + ".reg."));
    }

    private static AclBinding right(String cluster, AclOperation operation, PatternType pattern, String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, pattern),
                new AccessControlEntry("User:" + cluster, "*", operation, AclPermissionType.ALLOW));
    }

    @Test
    void theDocumentedRightsCarryPackets() throws Exception {
        // Given
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka", OSAKA);
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo", TOKYO)) {

            // When
            osaka.send(osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition()), tokyo.id, "over TLS");

            // Then
            assertEquals("over TLS", tokyo.await().body());
        }
    }

    @Test
    void theDocumentedRightsCarryDocuments() throws Exception {
        // Given
        Documents told = new Documents();
        try (KafkaRegistry osaka = new KafkaRegistry(mesh.settings("osaka", KafkaMesh.newNode(), OSAKA), told);
                KafkaRegistry tokyo =
                        new KafkaRegistry(mesh.settings("tokyo", KafkaMesh.newNode(), TOKYO), new Documents())) {

            // When
            SequencedMap<String, byte[]> records = new LinkedHashMap<>();
            records.put("", "tokyo's".getBytes(StandardCharsets.UTF_8));
            tokyo.publish(records);

            // Then
            Await.until("the document is told", () -> told.documents.contains("tokyo: tokyo's"));
            Await.until("nothing is wrong", () -> osaka.failure().isEmpty());
        }
    }

    @Test
    void readingTheInboxOfAnotherClusterIsDenied() throws Exception {
        // When
        try (KafkaNode thief = KafkaNode.start(mesh, "tokyo", OSAKA)) {

            // Then
            thief.awaitFailure("not allowed");
            assertEquals(Optional.empty(), thief.transport.status().inbox());
        }
    }

    @Test
    void packetsThatARightIsMissingForAreCountedAndShownAndPassOnceItIsGranted() throws Exception {
        // Given
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka", OSAKA);
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo", TOKYO);
                Admin admin = Admin.create(new HashMap<>(mesh.properties()))) {
            PacketSink link =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());
            osaka.send(link, tokyo.id, "allowed");
            assertEquals("allowed", tokyo.await().body());
            AclBinding write = rightsOf("osaka").getFirst();

            // When
            admin.deleteAcls(List.of(write.toFilter())).all().get();

            // Then
            Await.until("it is counted", () -> {
                osaka.send(link, tokyo.id, "not allowed");
                return osaka.transport.status().refused() > 0;
            });
            osaka.awaitFailure("sending to " + mesh.topics().inbox("tokyo") + ": not allowed");

            // When
            admin.createAcls(List.of(write)).all().get();

            // Then
            Await.until("packets pass", () -> {
                osaka.send(link, tokyo.id, "allowed again");
                return tokyo.arrivals.stream()
                        .anyMatch(arrival -> arrival.body().equals("allowed again"));
            });
            Await.until(
                    "nothing is wrong", () -> osaka.transport.status().failure().isEmpty());
        }
    }

    @Test
    void writingIntoTheRegistryOfAnotherClusterIsDenied() {
        assertEquals(
                TopicAuthorizationException.class,
                refusal(OSAKA, mesh.topics().registry("tokyo")).getClass());
    }

    @Test
    void aBridgeCannotPrepareTopics() {
        // Given
        Map<String, String> properties = new HashMap<>(mesh.properties());
        properties.putAll(OSAKA);

        // When
        try (KafkaPrepare prepare = new KafkaPrepare(properties)) {
            KafkaFailure failure =
                    assertThrows(KafkaFailure.class, () -> prepare.prepare(mesh.topics(), List.of("nagoya"), 1, 1));

            // Then
            assertEquals(KafkaFailure.Reason.NOT_ALLOWED, failure.reason());
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotAuthenticated() throws Exception {
        // When
        try (KafkaNode stranger = KafkaNode.start(mesh, "osaka", new KafkaAuthority().clientProperties("osaka"))) {

            // Then
            stranger.awaitFailure("not authenticated");
        }
    }

    @Test
    void rightsThatAreGrantedLaterTakeEffect() throws Exception {
        // Given
        Map<String, String> nagoya = AUTHORITY.clientProperties("nagoya");
        mesh.prepare(1, "nagoya");
        try (KafkaNode node = KafkaNode.start(mesh, "nagoya", nagoya)) {
            node.awaitFailure("not allowed");

            // When
            try (Admin admin = Admin.create(new HashMap<>(mesh.properties()))) {
                admin.createAcls(rightsOf("nagoya")).all().get();
            }

            // Then
            assertTrue(node.awaitInbox().topic().endsWith(".in.nagoya"));
        }
    }

    private Throwable refusal(Map<String, String> credentials, String topic) {
        Map<String, Object> properties = new HashMap<>(mesh.properties());
        properties.putAll(credentials);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            return assertThrows(
                            ExecutionException.class,
                            () -> producer.send(new ProducerRecord<>(topic, new byte[1]))
                                    .get())
                    .getCause();
        }
    }

    /// Remembers documents as `cluster: document`.
    private static final class Documents implements KafkaRegistry.Listener {
        final List<String> documents = new CopyOnWriteArrayList<>();

        @Override
        public void onRecord(String cluster, byte[] document, boolean fresh) {
            documents.add(cluster + ": " + new String(document, StandardCharsets.UTF_8));
        }

        @Override
        public void onSnapshotComplete() {}
    }
}
