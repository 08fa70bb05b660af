package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.kafka.KafkaSettings;
import io.hikyaku.lab.KafkaAuthority;
import io.hikyaku.lab.KafkaServer;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The TLS files of a client are replaced while it lives, with a broker that demands certificates. Each restart of the
/// broker makes it connect anew.
@Timeout(240)
class KafkaRenewalIT {
    private static final KafkaAuthority AUTHORITY = new KafkaAuthority();

    @TempDir
    Path folder;

    /// PEM, the key before its certificate.
    private void write(String principal) throws IOException {
        Map<String, String> given = AUTHORITY.clientProperties(principal);
        Files.writeString(keys(), given.get("ssl.keystore.key") + given.get("ssl.keystore.certificate.chain"));
        Files.writeString(folder.resolve("ca.pem"), given.get("ssl.truststore.certificates"));
    }

    private Path keys() {
        return folder.resolve("client.pem");
    }

    private Map<String, String> fromFiles(KafkaServer broker) {
        return Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "security.protocol",
                "SSL",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                keys().toString(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                folder.resolve("ca.pem").toString());
    }

    private static void allow(Admin admin, String principal, String topic) throws Exception {
        admin.createAcls(List.of(new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                        new AccessControlEntry("User:" + principal, "*", AclOperation.WRITE, AclPermissionType.ALLOW))))
                .all()
                .get();
    }

    /// What comes of a record: the class of the failure, or none.
    private static String outcome(KafkaProducer<byte[], byte[]> producer, String topic) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>(topic, "x".getBytes(StandardCharsets.UTF_8)))
                    .get();
            return "";
        } catch (ExecutionException failed) {
            return failed.getCause().getClass().getSimpleName();
        }
    }

    private static void restart(KafkaServer broker) throws IOException {
        broker.stop();
        broker.start();
    }

    @Test
    void aProducerThatLivesUsesNewFilesForNewConnectionsAndNoBadOnes() throws Exception {
        try (KafkaServer broker = KafkaServer.openSecured(AUTHORITY)) {
            // Given
            KafkaMesh mesh = KafkaMesh.on(broker, AUTHORITY.clientProperties(KafkaAuthority.ADMINISTRATOR));
            mesh.prepare(1, "osaka", "tokyo");
            String topic = mesh.topics().inbox("osaka");
            try (Admin admin = Admin.create(new HashMap<>(mesh.properties()))) {
                allow(admin, "osaka", topic);
            }
            write("osaka");
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    KafkaSettings.registryProducer(fromFiles(broker)),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                assertEquals("", outcome(producer, topic));

                // When
                Files.writeString(keys(), "not a key");
                restart(broker);

                // Then
                Await.until(
                        "the files before are in use",
                        () -> outcome(producer, topic).isEmpty());

                // When
                write("tokyo");
                restart(broker);

                // Then
                String denied = TopicAuthorizationException.class.getSimpleName();
                Await.until(
                        "tokyo has no right there",
                        () -> outcome(producer, topic).equals(denied));
            }
        }
    }
}
