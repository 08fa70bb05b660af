package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        int target = Integer.parseInt(broker.bootstrapServers().split(":")[1]);
        CompletableFuture<Long> found = new CompletableFuture<>();
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost\n");
        String name = "mesh-" + UUID.randomUUID();
        try (KafkaPrepare prepare = new KafkaPrepare(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            prepare.prepare(new KafkaTopics(name), List.of("osaka"), 1, 1);
        }
        try (ScriptedService front = ScriptedService.following(client -> {
                    found.complete(System.nanoTime());
                    passOn(client, target);
                });
                LocalMesh mesh = LocalMesh.open(name, List.of("-Djdk.net.hosts.file=" + hosts))) {
            CompletableFuture<Program> starting = CompletableFuture.supplyAsync(() -> {
                try {
                    return mesh.bridge(
                            "osaka",
                            "osaka",
                            List.of(LocalMesh.kafkaLink("broker.example:" + front.port())),
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

            // Then; what comes after it has found the broker may take longer
            long took = TimeUnit.NANOSECONDS.toSeconds(found.get(60, TimeUnit.SECONDS) - known);
            assertTrue(took < WITHIN_SECONDS, "found after " + took + " s");
            starting.get(120, TimeUnit.SECONDS);
        }
    }

    /// Both ways, until both have ended.
    private static void passOn(Talk client, int port) throws Exception {
        try (Talk broker = Talk.with(port).patience(Duration.ZERO)) {
            client.patience(Duration.ZERO);
            Thread answers = Thread.ofVirtual().start(() -> {
                try {
                    broker.in().transferTo(client.out());
                } catch (IOException ended) {
                    // with the test
                }
            });
            client.in().transferTo(broker.out());
            broker.sayEnd();
            answers.join();
        }
    }
}
