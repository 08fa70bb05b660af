package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Member;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.mesh.Mesh.MeshRelay;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates are renewed on disk while calls run.
@Tag("patient")
@Timeout(120)
class RenewalIT {
    private static final String ORDERS = "shop/orders";
    private static final String LINE = "shop/line";
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofHours(1);
    private static final List<String> FILES = List.of("tls.key", "tls.crt", "ca.crt");

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService service;
    private ScriptedService line;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        service = ScriptedService.following(new HttpScript("osaka"));
        line = ScriptedService.following(Talk::giveBack);
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        service.close();
        line.close();
    }

    private MeshRelay relayAt(int port) throws Exception {
        return mesh.relay("relay-1", "listen: [ \"tls://127.0.0.1:%d\" ]\n".formatted(port));
    }

    private MeshBridge osaka(MeshRelay relay) throws Exception {
        return mesh.bridge(
                "osaka",
                Mesh.linksTo(relay.url())
                        + Mesh.exports("http", Map.of(ORDERS, service.port()))
                        + Mesh.exports("tcp", Map.of(LINE, line.port())).replace("exports:\n", ""));
    }

    private MeshBridge tokyo(MeshRelay relay) throws Exception {
        return mesh.bridge("tokyo", Mesh.linksTo(relay.url()) + """
                limits: { link: { reconnectBackoffMin: 20ms, reconnectBackoffMax: 200ms } }
                imports:
                  - { service: shop/orders, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: http } ] }
                  - { service: shop/line, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: tcp } ] }
                """);
    }

    private List<Member> members() {
        return List.of(
                Member.relay(mesh.name(), "relay-1"),
                Member.cluster(mesh.name(), "tokyo"),
                Member.cluster(mesh.name(), "osaka"));
    }

    private static void awaitReloads(Admin admin, String outcome, int count) throws Exception {
        Await.until(
                outcome + " " + count + " times",
                () -> admin.sum("hikyaku_certificate_reloads_total", "\"" + outcome + "\"") == count);
    }

    private static NodeStatus.Lifecycle lifecycle(MeshBridge bridge) throws Exception {
        return Objects.requireNonNull(bridge.admin().status().lifecycle());
    }

    @Test
    void aRenewalDropsNothingAndEverythingNewIsSignedWithIt() throws Exception {
        // Given
        Instant expired = Instant.now().plus(SHORT);
        for (Member member : members()) {
            mesh.identity(member);
            mesh.renew(member, SHORT);
        }
        int port = Ports.free();
        MeshRelay relay = relayAt(port);
        MeshBridge osaka = osaka(relay);
        MeshBridge tokyo = tokyo(relay);
        tokyo.awaitAnswer(ORDERS);
        tokyo.admin().awaitExporters(LINE, 1);
        NodeId node = tokyo.node().nodeId();
        String before = lifecycle(tokyo).certificateNotAfter();
        Traffic traffic = Traffic.of(tokyo, ORDERS, 2);
        try (Talk running = tokyo.to(LINE)) {
            assertEquals("still", running.say("still").hear(5));

            // When
            for (Member member : members()) {
                mesh.renew(member, LONG);
            }
            for (Admin admin : List.of(relay.admin(), osaka.admin(), tokyo.admin())) {
                awaitReloads(admin, "applied", 1);
            }
            Await.until("the old certificates expire", () -> Instant.now().isAfter(expired.plusSeconds(1)));
            traffic.awaitMore(50);

            // Then
            assertEquals("still", running.say("still").hear(5));
            assertEquals(List.of(), traffic.stop());
        }
        assertEquals(node, tokyo.node().nodeId());
        assertNotEquals(before, lifecycle(tokyo).certificateNotAfter());
        assertTrue(tokyo.admin().sum("hikyaku_certificate_expiry_seconds") > SHORT.toSeconds());
        // links, documents and channels that only the new ones vouch for
        relay.close();
        relayAt(port);
        osaka.close();
        tokyo.admin().awaitExporters(ORDERS, 0);
        osaka(relay);
        tokyo.awaitAnswer(ORDERS);
    }

    @Test
    void whatDoesNotFitTogetherIsNotUsedUntilItDoes() throws Exception {
        // Given
        MeshRelay relay = mesh.relayAt("relay-1", "tls");
        osaka(relay);
        MeshBridge tokyo = tokyo(relay);
        tokyo.awaitAnswer(ORDERS);
        Path own = mesh.clusterIdentity("tokyo");
        Path others = mesh.clusterIdentity("osaka");
        String certificate = lifecycle(tokyo).certificateNotAfter();
        Path kept = Files.createDirectory(folder.resolve("kept"));
        copy(own, kept);

        // When
        Files.copy(others.resolve("tls.key"), own.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);
        awaitReloads(tokyo.admin(), "refused", 1);
        List<String> halfWritten = findings(tokyo);
        copy(others, own);
        awaitReloads(tokyo.admin(), "refused", 2);
        List<String> foreign = findings(tokyo);

        // Then
        assertTrue(halfWritten.getFirst().contains("tls.key is not the key"), "" + halfWritten);
        assertTrue(foreign.getFirst().contains("/cluster/osaka"), "" + foreign);
        assertEquals(certificate, lifecycle(tokyo).certificateNotAfter());
        assertEquals("osaka", tokyo.get(ORDERS, "/name").body());
        copy(kept, own);
        awaitReloads(tokyo.admin(), "applied", 1);
    }

    private static List<String> findings(MeshBridge bridge) throws Exception {
        return Objects.requireNonNull(lifecycle(bridge).certificate()).findings();
    }

    private static void copy(Path from, Path to) throws Exception {
        for (String file : FILES) {
            Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
