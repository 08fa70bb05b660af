package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The names of brokers are looked up again and again.
@Timeout(120)
class BrokerNamesIT {
    private static final long WITHIN_SECONDS = 8;

    @TempDir
    Path folder;

    @Test
    void aBridgeThatStartsBeforeItsNetworkFindsItsBrokerSoonAfterTheNameIsKnown() throws Exception {
        // Given
        Broker broker = BrokerKind.PROCESS.shared();
        String port = broker.bootstrapServers().split(":")[1];
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost\n");
        String name = "mesh-" + UUID.randomUUID();
        try (KafkaPrepare prepare = new KafkaPrepare(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            prepare.prepare(new KafkaTopics(name), List.of("osaka"), 1, 1);
        }
        try (LocalMesh mesh = LocalMesh.open(name, List.of("-Djdk.net.hosts.file=" + hosts))) {
            CompletableFuture<Program> starting = CompletableFuture.supplyAsync(() -> {
                try {
                    return mesh.bridge(
                            "osaka",
                            "osaka",
                            List.of(LocalMesh.kafkaLink("broker.example:" + port)),
                            List.of(),
                            List.of(),
                            "");
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
            Path log = mesh.folder().resolve("osaka.log");
            Await.until(
                    "it says that it finds no broker",
                    () -> Files.exists(log) && Files.readString(log).contains("No resolvable bootstrap"));

            // When
            Files.writeString(hosts, "127.0.0.1 localhost\n127.0.0.1 broker.example\n");
            long known = System.nanoTime();
            starting.get(60, TimeUnit.SECONDS);

            // Then
            long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - known);
            assertTrue(took < WITHIN_SECONDS, "ready after " + took + " s");
        }
    }
}
