package io.hikyaku.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.RelayConfig;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.link.TestMesh;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayNodeIT {
    private static final long DEADLINE_NANOS = 20_000_000_000L;

    @TempDir
    static Path directory;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void makeMesh() throws Exception {
        TestMesh mesh = new TestMesh("demo", directory);
        mesh.relay("one");
        mesh.relay("two");
        mesh.cluster("osaka");
    }

    @Test
    void findsItsPeerAndSaysSo() throws Exception {
        // Given
        try (RelayNode one = RelayNode.start(config("demo-relay-one", ""), "9.9");
                // When
                RelayNode two = RelayNode.start(
                        config("demo-relay-two", "peers: [ \"" + one.listening().getFirst() + "\" ]"), "9.9")) {
            // Then
            NodeStatus status = awaitStatus(
                    two,
                    seen -> seen.members().stream()
                            .anyMatch(member -> member.node().equals(one.node().toString())
                                    && "spiffe://demo/relay/one".equals(member.member())));
            assertTrue(status.links().getFirst().up());
            assertEquals("relay", status.program());
            assertEquals("9.9", status.version());
            awaitStatus(
                    one,
                    seen -> seen.members().stream()
                            .anyMatch(member -> member.node().equals(two.node().toString())));
        }
    }

    @Test
    void answersItsAdminPathsAndNothingElse() throws Exception {
        // Given
        try (RelayNode relay = RelayNode.start(config("demo-relay-one", ""), "9.9")) {
            // When, then
            assertEquals("live\n", get(relay, "/livez", 200));
            assertEquals("ready\n", get(relay, "/readyz", 200));
            assertTrue(get(relay, "/metrics", 200).contains("hikyaku_links_up{transport=\"tls\"} 0.0"));
            assertTrue(get(relay, "/metrics", 200).contains("jvm_memory_used_bytes"));
            get(relay, "/", 404);
            get(relay, "/metrics/", 404);
            get(relay, "/api/v1", 404);
            HttpRequest post = request(relay, "/livez")
                    .POST(HttpRequest.BodyPublishers.ofString("x"))
                    .build();
            assertEquals(
                    405, HTTP.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
            HttpRequest head = request(relay, "/metrics").HEAD().build();
            HttpResponse<String> headers = HTTP.send(head, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, headers.statusCode());
            assertEquals("", headers.body());
        }
    }

    @Test
    void refusesAnIdentityThatIsNotItsOwn() {
        // When
        IdentityException notARelay =
                assertThrows(IdentityException.class, () -> RelayNode.start(config("demo-cluster-osaka", ""), "9.9"));

        // Then
        assertEquals(
                "the certificate is that of spiffe://demo/cluster/osaka, which is not a relay", notARelay.getMessage());
    }

    @Test
    void saysWhichAddressIsTaken() throws Exception {
        // Given
        try (RelayNode relay = RelayNode.start(config("demo-relay-one", ""), "9.9")) {
            String taken = relay.listening().getFirst().toString();

            // When
            RelayConfig second = configListening("demo-relay-two", taken, "");
            IOException failure = assertThrows(IOException.class, () -> RelayNode.start(second, "9.9"));

            // Then
            assertTrue(
                    failure.getMessage().startsWith("cannot listen for links at " + taken + ": "),
                    failure.getMessage());
        }
    }

    private static RelayConfig config(String identity, String more) throws IOException {
        return configListening(identity, "tls://127.0.0.1:0", more);
    }

    private static RelayConfig configListening(String identity, String listen, String more) throws IOException {
        Path file = Files.createTempFile(directory, "relay", ".yaml");
        Files.writeString(file, """
                mesh: demo
                identity: { directory: %s }
                listen: [ "%s", "wss://127.0.0.1:0" ]
                admin: { listen: "127.0.0.1:0" }
                eventLoops: 1
                limits: { link: { reconnectBackoffMin: 5ms, reconnectBackoffMax: 50ms }, drainTimeout: 1s }
                %s
                """.formatted(identity, listen, more));
        return RelayConfig.read(file);
    }

    private static NodeStatus awaitStatus(RelayNode relay, Predicate<NodeStatus> wanted) throws Exception {
        long start = System.nanoTime();
        NodeStatus status;
        do {
            status = NodeStatusJson.read(get(relay, "/api/v1/status", 200).getBytes(StandardCharsets.UTF_8));
        } while (!wanted.test(status) && System.nanoTime() - start < DEADLINE_NANOS);
        assertTrue(wanted.test(status), NodeStatusJson.pretty(status));
        return status;
    }

    private static String get(RelayNode relay, String path, int status) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(request(relay, path).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(status, response.statusCode(), path);
        return response.body();
    }

    private static HttpRequest.Builder request(RelayNode relay, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + relay.admin().orElseThrow() + path));
    }
}
