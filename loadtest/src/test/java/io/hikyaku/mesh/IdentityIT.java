package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.mesh.Mesh.MeshRelay;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may join the mesh, and what several instances of one cluster are.
@Timeout(120)
class IdentityIT {
    private static final String ORDERS = "shop/orders";

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService service;
    private MeshRelay relay;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        service = ScriptedService.following(new HttpScript("osaka-1"));
        relay = mesh.relayAt("relay-1", "tls");
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        service.close();
    }

    private MeshBridge osaka(ScriptedService target) throws Exception {
        return mesh.bridge("osaka", Mesh.linksTo(relay.url()) + Mesh.exports("http", Map.of(ORDERS, target.port())));
    }

    private MeshBridge tokyo() throws Exception {
        return mesh.bridge("tokyo", Mesh.linksTo(relay.url()) + Mesh.imports("http", ORDERS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStrangerNeverGetsALinkAndSaysWhy(boolean sameMeshName) throws Exception {
        // Given
        osaka(service);
        tokyo().awaitAnswer(ORDERS);
        try (Mesh other = sameMeshName ? new Mesh(folder, mesh.name()) : new Mesh(folder)) {

            // When
            MeshBridge stranger = other.bridge("tokyo", Mesh.linksTo(relay.url()) + Mesh.imports("http", ORDERS));

            // Then
            Await.until(
                    "the reason shows",
                    () -> stranger.admin().status().links().stream()
                            .allMatch(link -> String.valueOf(link.lastError()).startsWith("TLS: ")));
            assertTrue(stranger.admin().status().links().stream().noneMatch(link -> link.up()));
            assertFalse(stranger.admin().ready());
            assertEquals(503, stranger.get(ORDERS, "/name").status());
        }
    }

    @Test
    void theRelayOfAStrangerIsNotJoined() throws Exception {
        // Given
        try (Mesh other = new Mesh(folder, mesh.name())) {
            MeshRelay foreign = other.relayAt("relay-1", "tls");

            // When
            MeshBridge tokyo = mesh.bridge("tokyo", Mesh.linksTo(foreign.url()) + Mesh.imports("http", ORDERS));

            // Then
            Await.until(
                    "the reason shows",
                    () -> tokyo.admin().status().links().stream()
                            .allMatch(link -> String.valueOf(link.lastError()).startsWith("TLS: ")));
            assertEquals(0, foreign.admin().sum("hikyaku_links_up"));
            assertEquals(503, tokyo.get(ORDERS, "/name").status());
        }
    }

    @Test
    void anothersCertificateEndsTheProgramWithOneClearLine() throws Exception {
        // Given
        Path file = mesh.bridgeFile("tokyo", mesh.clusterIdentity("osaka"), Ports.free(), Mesh.linksTo(relay.url()));
        StringWriter err = new StringWriter();

        // When
        int code = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class))
                .setErr(new PrintWriter(err, true))
                .execute("bridge", "--config", file.toString());

        // Then
        assertEquals(Exit.FAILED, code);
        List<String> lines = err.toString().lines().toList();
        assertEquals(1, lines.size(), err.toString());
        assertTrue(lines.getFirst().contains("/cluster/osaka"), lines.getFirst());
        assertTrue(lines.getFirst().contains("tokyo"), lines.getFirst());
    }

    @Test
    void instancesOfAClusterShareItsCallsAndMayLeave() throws Exception {
        try (ScriptedService second = ScriptedService.following(new HttpScript("osaka-2"))) {
            // Given
            MeshBridge first = osaka(service);
            osaka(second);
            MeshBridge tokyo = tokyo();
            tokyo.admin().awaitExporters(ORDERS, 2);

            // When
            Set<String> both = answers(tokyo);
            first.close();
            tokyo.admin().awaitExporters(ORDERS, 1);
            Set<String> left = answers(tokyo);

            // Then
            assertEquals(Set.of("osaka-1", "osaka-2"), both);
            assertEquals(Set.of("osaka-2"), left);
        }
    }

    /// Of forty calls, each of which must succeed.
    private static Set<String> answers(MeshBridge tokyo) throws Exception {
        Set<String> answers = new TreeSet<>();
        for (int call = 0; call < 40; call++) {
            Talk.Answer answer = tokyo.get(ORDERS, "/name");
            assertEquals(200, answer.status(), answer.body());
            answers.add(answer.body());
        }
        return answers;
    }
}
