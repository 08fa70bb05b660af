package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.Ports;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.mesh.Mesh.MeshRelay;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What callers see when a part of the way or of the far side is not there, and that it heals.
@Timeout(120)
class FailuresIT {
    private static final String ORDERS = "shop/orders";
    private static final String QUICK = "limits: { link: { reconnectBackoffMin: 20ms, reconnectBackoffMax: 200ms } }\n";

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService service;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        service = ScriptedService.following(new HttpScript("osaka"));
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        service.close();
    }

    private MeshBridge tokyo(String links, String protocol, String... services) throws Exception {
        return mesh.bridge("tokyo", Mesh.linksTo(links) + QUICK + Mesh.imports(protocol, services));
    }

    private MeshBridge osaka(String links, String protocol) throws Exception {
        return mesh.bridge(
                "osaka", Mesh.linksTo(links) + QUICK + Mesh.exports(protocol, Map.of(ORDERS, service.port())));
    }

    private MeshRelay relayAt(int port) throws Exception {
        return mesh.relay("relay-1", "listen: [ \"tls://127.0.0.1:%d\" ]\n".formatted(port));
    }

    @Test
    void aServiceThatNobodyExportsIsUnavailable() throws Exception {
        // Given
        MeshBridge tokyo = tokyo(mesh.relayAt("relay-1", "tls").url(), "http", "shop/nothing");

        // When
        Talk.Answer answer = tokyo.get("shop/nothing", "/name");

        // Then
        assertProblem(503, "destination_not_found", answer);
        assertEquals("5", answer.head().field("Retry-After"));
    }

    @Test
    void aDeadTargetIsABadGateway() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        mesh.bridge("osaka", Mesh.linksTo(relay) + Mesh.exports("http", Map.of(ORDERS, Ports.free())));
        MeshBridge tokyo = tokyo(relay, "http", ORDERS);
        tokyo.admin().awaitExporters(ORDERS, 1);

        // When
        Talk.Answer answer = tokyo.get(ORDERS, "/name");

        // Then
        assertProblem(502, "connection_refused", answer);
    }

    @Test
    void callsFailAtOnceWithoutTheExporterAndSucceedWhenItIsBack() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        MeshBridge osaka = osaka(relay, "http");
        MeshBridge tokyo = tokyo(relay, "http", ORDERS);
        tokyo.awaitAnswer(ORDERS);

        // When
        osaka.close();
        tokyo.admin().awaitExporters(ORDERS, 0);
        Talk.Answer without = tokyo.get(ORDERS, "/name");
        osaka(relay, "http");

        // Then
        assertEquals(503, without.status());
        tokyo.awaitAnswer(ORDERS);
    }

    @Test
    void bridgesKeepTryingUntilTheRelayIsThere() throws Exception {
        // Given
        int port = Ports.free();
        String relay = "tls://127.0.0.1:" + port;
        osaka(relay, "http");
        MeshBridge tokyo = tokyo(relay, "http", ORDERS);
        Talk.Answer before = tokyo.get(ORDERS, "/name");
        boolean readyBefore = tokyo.admin().ready();

        // When
        relayAt(port);

        // Then
        assertEquals(503, before.status());
        assertFalse(readyBefore);
        tokyo.awaitAnswer(ORDERS);
        assertTrue(tokyo.admin().ready());
    }

    @Test
    void aCallHasTheRelayDialledAtOnceHoweverLongTheWait() throws Exception {
        // Given
        int port = Ports.free();
        MeshRelay relay = relayAt(port);
        osaka(relay.url(), "http");
        MeshBridge tokyo = mesh.bridge(
                "tokyo",
                Mesh.linksTo(relay.url())
                        + "limits: { link: { reconnectBackoffMin: 1h, reconnectBackoffMax: 1h }, "
                        + "registry: { expiry: 5m } }\n"
                        + Mesh.imports("http", ORDERS));
        tokyo.awaitAnswer(ORDERS);

        // When
        relay.close();
        tokyo.admin().awaitExporters(ORDERS, 0);
        relayAt(port);

        // Then
        tokyo.awaitAnswer(ORDERS);
    }

    @Test
    void linksComeBackAfterTheRelayWasRestarted() throws Exception {
        // Given
        int port = Ports.free();
        MeshRelay relay = relayAt(port);
        osaka(relay.url(), "http");
        MeshBridge tokyo = tokyo(relay.url(), "http", ORDERS);
        tokyo.awaitAnswer(ORDERS);

        // When
        relay.close();
        boolean readyWithout = tokyo.admin().ready();
        relayAt(port);

        // Then
        assertTrue(readyWithout, "a bridge stays ready without links");
        tokyo.awaitAnswer(ORDERS);
    }

    @Test
    void withoutAnyWayStreamsInFlightAreResetAtBothEnds() throws Exception {
        // Given
        service.follow(caller -> {
            caller.say("ready");
            caller.hearAll();
        });
        MeshRelay relay = mesh.relayAt("relay-1", "tls");
        MeshBridge osaka = osaka(relay.url(), "tcp");
        MeshBridge tokyo = tokyo(relay.url(), "tcp", ORDERS);
        tokyo.admin().awaitExporters(ORDERS, 1);
        try (Talk caller = tokyo.to(ORDERS)) {
            caller.hear(5);

            // When
            relay.close();

            // Then
            assertTrue(caller.hearReset());
            assertTrue(service.takeEnding().contains("reset"));
        }
        tokyo.admin().awaitQuiet();
        osaka.admin().awaitQuiet();
    }

    @Test
    void aConnectionWaitsForAnExporterWhileTheProtocolIsUnknown() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        MeshBridge tokyo = mesh.bridge(
                "tokyo", Mesh.linksTo(relay) + "limits: { call: { protocolWait: 1m } }\n" + Mesh.imports("", ORDERS));
        try (Talk early = tokyo.to(ORDERS)) {
            early.say("GET /name HTTP/1.1\r\nHost: a\r\n\r\n");

            // When
            osaka(relay, "http");

            // Then
            assertEquals("osaka", early.hearAnswer().body());
        }
    }

    @Test
    void aConnectionIsResetWhenTheProtocolStaysUnknown() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        MeshBridge tokyo = mesh.bridge(
                "tokyo",
                Mesh.linksTo(relay) + "limits: { call: { protocolWait: 200ms } }\n" + Mesh.imports("", ORDERS));

        // When
        try (Talk early = tokyo.to(ORDERS)) {
            early.say("GET /name HTTP/1.1\r\nHost: a\r\n\r\n");

            // Then
            assertTrue(early.hearReset());
        }
    }

    @Test
    void aHeadOfTwoMebibytesIsRefused() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        osaka(relay, "http");
        MeshBridge tokyo = tokyo(relay, "http", ORDERS);
        tokyo.awaitAnswer(ORDERS);
        try (Talk caller = tokyo.to(ORDERS)) {
            Thread.ofVirtual()
                    .start(() -> sayUntilRefused(caller, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(2 << 20)));

            // When
            Talk.Answer answer = caller.hearAnswer();

            // Then
            assertProblem(431, "http_request_error", answer);
        }
        tokyo.awaitAnswer(ORDERS);
        tokyo.admin().awaitQuiet();
    }

    private static void sayUntilRefused(Talk caller, String text) {
        try {
            caller.say(text);
        } catch (SocketException refused) {
            // Nobody hears it to its end.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void connectionsBeyondTheCapAreTurnedAwayAndTheOthersServed() throws Exception {
        // Given
        String relay = mesh.relayAt("relay-1", "tls").url();
        osaka(relay, "http");
        MeshBridge tokyo = mesh.bridge(
                "tokyo",
                Mesh.linksTo(relay) + "limits: { call: { maxConnectionsPerListener: 2 } }\n"
                        + Mesh.imports("http", ORDERS));
        tokyo.awaitAnswer(ORDERS);
        tokyo.admin().awaitQuiet();
        try (Talk first = tokyo.to(ORDERS);
                Talk second = tokyo.to(ORDERS)) {
            assertEquals("osaka", first.get("/name").body());
            assertEquals("osaka", second.get("/name").body());

            // When
            Talk.Answer third = tokyo.get(ORDERS, "/name");

            // Then
            assertProblem(503, "connection_limit_reached", third);
            assertEquals("osaka", first.get("/name").body());
        }
    }

    private static void assertProblem(int status, String proxyError, Talk.Answer answer) {
        assertEquals(status, answer.status());
        assertEquals("application/problem+json", answer.head().field("Content-Type"));
        assertTrue(
                answer.head().field("Proxy-Status").startsWith("hikyaku-tokyo; error=" + proxyError),
                answer.head().text());
        assertTrue(answer.body().contains("\"status\":" + status), answer.body());
    }
}
