package io.hikyaku.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KafkaServerIT {

    @Test
    void servesAtTheSameAddressWithItsDataAfterARestart() throws Exception {
        // Given
        try (KafkaServer server = KafkaServer.open()) {
            String address = server.bootstrapServers();
            try (Admin admin = admin(server, Map.of())) {
                admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                        .all()
                        .get();
            }

            // When
            server.stop();
            server.start();

            // Then
            assertEquals(address, server.bootstrapServers());
            try (Admin admin = admin(server, Map.of())) {
                assertTrue(admin.listTopics().names().get().contains("kept"));
            }
        }
    }

    @Test
    void leavesNeitherProcessNorFolder() throws Exception {
        // Given
        KafkaServer server = KafkaServer.open();
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();

        // When
        server.close();

        // Then
        assertFalse(process.isAlive());
        assertFalse(Files.exists(server.folder()));
    }

    @Test
    void endsAndDeletesItsFolderWhenItsParentIsGone() throws Exception {
        // Given
        KafkaServer server = KafkaServer.open();
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();

        // When
        server.closeInput();

        // Then
        process.onExit().get(60, TimeUnit.SECONDS);
        assertFalse(Files.exists(server.folder()));
        server.close();
    }

    @Test
    void findsAPlantedCanaryInItsSegments() throws Exception {
        try (KafkaServer server = KafkaServer.open()) {
            // Given
            try (Admin admin = admin(server, Map.of())) {
                admin.createTopics(List.of(new NewTopic("mine", 1, (short) 1)))
                        .all()
                        .get();
            }

            // When
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", server.bootstrapServers()),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                producer.send(new ProducerRecord<>("mine", "has a canary-4711 inside".getBytes("UTF-8")))
                        .get();
            }

            // Then
            assertTrue(server.segmentsHold("canary-4711"));
            assertFalse(server.segmentsHold("canary-4712"));
        }
    }

    @Test
    void demandsACertificateOfItsAuthorityWhenSecured() throws Exception {
        // Given
        KafkaAuthority authority = new KafkaAuthority();
        try (KafkaServer server = KafkaServer.openSecured(authority)) {

            // When
            Optional<String> known = failure(server, authority.clientProperties(KafkaAuthority.ADMINISTRATOR));
            Optional<String> stranger = failure(server, new KafkaAuthority().clientProperties("administrator"));

            // Then
            assertEquals(Optional.empty(), known);
            assertEquals(Optional.of("SslAuthenticationException"), stranger);
        }
    }

    private static Optional<String> failure(KafkaServer server, Map<String, String> properties) throws Exception {
        try (Admin admin = admin(server, properties)) {
            admin.listTopics().names().get();
            return Optional.empty();
        } catch (java.util.concurrent.ExecutionException refused) {
            return Optional.of(refused.getCause().getClass().getSimpleName());
        }
    }

    private static Admin admin(Broker broker, Map<String, String> properties) {
        Map<String, Object> all = new java.util.HashMap<>(properties);
        all.put("bootstrap.servers", broker.bootstrapServers());
        return Admin.create(all);
    }
}
