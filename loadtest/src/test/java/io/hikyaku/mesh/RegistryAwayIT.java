package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The registry over Kafka goes away while channels live.
@Timeout(180)
class RegistryAwayIT {
    private static final String LINE = "shop/line";
    private static final String ORDERS = "shop/orders";
    /// Documents expire soon.
    private static final String HASTY = "limits: { registry: { refresh: 1s, expiry: 6s } }\n";

    private static final Duration LONGER = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Broker broker;
    private Mesh mesh;
    private ScriptedService line;
    private ScriptedService orders;

    @BeforeEach
    void start() throws Exception {
        broker = BrokerKind.PROCESS.shared();
        mesh = new Mesh(folder);
        mesh.prepareKafka(broker, "tokyo", "osaka");
        line = ScriptedService.following(Talk::giveBack);
        orders = ScriptedService.following(new HttpScript("osaka"));
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        line.close();
        orders.close();
    }

    private MeshBridge osaka() throws Exception {
        return mesh.bridge(
                "osaka",
                "links:\n" + Mesh.linkTo(broker) + HASTY + Mesh.exports("tcp", Map.of(LINE, line.port()))
                        + Mesh.exports("http", Map.of(ORDERS, orders.port())).replace("exports:\n", ""));
    }

    private MeshBridge tokyo() throws Exception {
        String imports =
                Mesh.imports("tcp", LINE) + Mesh.imports("http", ORDERS).replace("imports:\n", "");
        return mesh.bridge("tokyo", "links:\n" + Mesh.linkTo(broker) + HASTY + imports);
    }

    private void delete(String... clusters) throws Exception {
        KafkaTopics topics = new KafkaTopics(mesh.name());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(List.of(clusters).stream().map(topics::registry).toList())
                    .all()
                    .get();
        }
    }

    private static void echoes(Talk talk, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        talk.out().write(bytes);
        assertEquals(text, new String(talk.in().readNBytes(bytes.length), StandardCharsets.US_ASCII));
    }

    @Test
    void topicsThatAreGoneResetNoStreamAndTheServicesStayKnown() throws Exception {
        // Given
        osaka();
        MeshBridge tokyo = tokyo();
        tokyo.awaitAnswer(ORDERS);
        try (Talk talk = tokyo.to(LINE)) {
            echoes(talk, "before");

            // When
            delete("osaka", "tokyo");
            long until = System.nanoTime() + LONGER.toNanos();
            Await.until("much longer than documents live", LONGER.multipliedBy(3), () -> {
                echoes(talk, "meanwhile");
                assertEquals(200, tokyo.get(ORDERS, "/name").status());
                return System.nanoTime() - until > 0;
            });

            // Then
            assertEquals(0, tokyo.admin().sum("hikyaku_streams_reset_by_peer_total"));

            // When they are made again
            mesh.prepareKafka(broker, "tokyo", "osaka");
            MeshBridge late =
                    mesh.bridge("tokyo", "links:\n" + Mesh.linkTo(broker) + HASTY + Mesh.imports("http", ORDERS));

            // Then who comes late finds everything
            late.awaitAnswer(ORDERS);
            echoes(talk, "after");
        }
    }
}
