package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.call.Workload;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Who calls, as the exporter is told of it. Addresses of the loopback network stand in for those of pods.
@Timeout(120)
class CallersIT {
    private static final String ORDERS = "shop/orders";
    private static final String LINE = "shop/line";
    private static final String FRONTEND = "127.0.0.1";
    private static final String IN_PART = "127.0.0.2";
    private static final String NOBODY = "127.0.0.3";
    private static final Map<InetAddress, Workload> WORKLOADS = Map.of(
            InetAddress.ofLiteral(FRONTEND), new Workload("web", "frontend", "frontend-0"),
            InetAddress.ofLiteral(IN_PART), new Workload("batch", "", ""));

    @TempDir
    Path folder;

    private final AtomicInteger lookups = new AtomicInteger();
    private Collector collector;
    private Mesh mesh;
    private Mesh.MeshBridge tokyo;
    private Mesh.MeshBridge osaka;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        collector = mesh.closedAtTheEnd(Collector.start());
        ScriptedService http = mesh.closedAtTheEnd(ScriptedService.following(new HttpScript("osaka")));
        ScriptedService line =
                mesh.closedAtTheEnd(ScriptedService.following(service -> service.say(service.hear(4) + "!")));
        String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        osaka = bridge("osaka", links + """
                exports:
                  - { service: shop/orders, ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%d" } ] }
                  - { service: shop/line, ports: [ { name: tcp, port: 80, protocol: tcp, target: "127.0.0.1:%d" } ] }
                """.formatted(http.port(), line.port()) + Mesh.imports("http", ORDERS));
        tokyo = bridge("tokyo", links + Mesh.imports("", ORDERS, LINE));
        tokyo.admin().awaitExporters(ORDERS, 1);
        tokyo.admin().awaitExporters(LINE, 1);
    }

    private Mesh.MeshBridge bridge(String cluster, String more) throws Exception {
        return mesh.bridge(cluster, more + """
                accessLog: { path: "%s" }
                tracing: { endpoint: "%s", sampleRatio: 0 }
                """.formatted(log(cluster), collector.url()), address -> {
            lookups.incrementAndGet();
            return Optional.ofNullable(WORKLOADS.get(address));
        });
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    private Path log(String cluster) {
        return folder.resolve(cluster + ".log");
    }

    private static Talk from(String address, Mesh.MeshBridge bridge, String service) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new Talk(new Socket(loopback, bridge.port(service, 80), InetAddress.ofLiteral(address), 0));
    }

    private static Talk.Answer get(Talk caller, String path, String fields) throws IOException {
        return caller.say("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
                .hearAnswer();
    }

    /// Who called, of all calls that a bridge has logged for a service, when there are as many as expected; sorted,
    /// since calls on different event loops may be logged in any order.
    private List<String> awaitCallers(String cluster, String side, String service, int count) throws Exception {
        Await.until(
                count + " calls in " + cluster,
                () -> callers(cluster, side, service).size() == count);
        return callers(cluster, side, service).stream().sorted().toList();
    }

    private List<String> callers(String cluster, String side, String service) throws IOException {
        String text = Files.readString(log(cluster));
        try (Stream<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines()) {
            return lines.map(one -> JsonMapper.shared().readTree(one))
                    .filter(call -> call.get("side").asString().equals(side))
                    .filter(call -> call.get("service").asString().equals(service + ":80"))
                    .map(CallersIT::caller)
                    .toList();
        }
    }

    private static String caller(JsonNode call) {
        return Stream.of("protocol", "peer", "callerNamespace", "callerServiceAccount", "callerPod")
                .map(key -> call.get(key).asString("-"))
                .reduce((all, one) -> all + " " + one)
                .orElseThrow();
    }

    @Test
    void everyProtocolTellsWhoCalls() throws Exception {
        // When
        try (Talk http = from(FRONTEND, tokyo, ORDERS);
                Talk tcp = from(IN_PART, tokyo, LINE);
                Http2Caller http2 = new Http2Caller()) {
            get(http, "/name", "");
            tcp.say("ping").sayEnd();
            assertEquals("ping!", tcp.hearAll());
            WebService.done(
                    http2.begin(HttpMethod.GET, tokyo.port(ORDERS, 80), "/name").compose(Http2Caller::told));
        }

        // Then
        assertEquals(
                List.of("http/1.1 tokyo web frontend frontend-0", "http/2 tokyo web frontend frontend-0"),
                awaitCallers("osaka", "export", ORDERS, 2));
        assertEquals(List.of("tcp tokyo batch - -"), awaitCallers("osaka", "export", LINE, 1));
        assertEquals(
                List.of("http/1.1 osaka web frontend frontend-0", "http/2 osaka web frontend frontend-0"),
                awaitCallers("tokyo", "import", ORDERS, 2));
    }

    @Test
    void anAddressOfNobodyIsJustItsClusterWhateverItSays() throws Exception {
        // When
        try (Talk caller = from(NOBODY, tokyo, ORDERS)) {
            get(
                    caller,
                    "/name",
                    "X-Hikyaku-Source-Cluster: edge\r\nX-Hikyaku-Source-Namespace: web\r\n"
                            + "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n");
        }

        // Then
        assertEquals(List.of("http/1.1 tokyo - - -"), awaitCallers("osaka", "export", ORDERS, 1));
    }

    @Test
    void aConnectionIsLookedUpOnceForAllItsCalls() throws Exception {
        // When
        try (Talk caller = from(FRONTEND, tokyo, ORDERS)) {
            for (int i = 0; i < 5; i++) {
                get(caller, "/name", "");
            }
        }

        // Then
        awaitCallers("osaka", "export", ORDERS, 5).forEach(one -> assertTrue(one.endsWith("frontend-0"), one));
        assertEquals(1, lookups.get());
    }

    @Test
    void servicesAreToldNothingMore() throws Exception {
        // When
        String seen;
        try (Talk caller = from(FRONTEND, tokyo, ORDERS)) {
            seen = get(caller, "/head", "").body();
        }

        // Then
        assertFalse(seen.contains("frontend") || seen.contains("web"), seen);
    }

    @Test
    void statusCountsCallsByClusterAndNamespaceItsOwnToo() throws Exception {
        // When
        try (Talk far = from(FRONTEND, tokyo, ORDERS);
                Talk near = from(IN_PART, osaka, ORDERS);
                Talk unknown = from(NOBODY, tokyo, ORDERS)) {
            get(far, "/name", "");
            get(far, "/name", "");
            get(far, "/name", "");
            get(near, "/name", "");
            get(near, "/name", "");
            get(unknown, "/name", "");
        }

        // Then
        List<NodeStatus.CallsFrom> from = osaka.admin().status().calls().stream()
                .filter(calls -> calls.service().equals("shop/orders:80"))
                .flatMap(calls -> calls.from().stream())
                .toList();
        assertEquals(
                List.of(
                        new NodeStatus.CallsFrom("tokyo", "web", 3),
                        new NodeStatus.CallsFrom("osaka", "batch", 2),
                        new NodeStatus.CallsFrom("tokyo", null, 1)),
                from);
    }

    @Test
    void spansOfBothBridgesNameTheCaller() throws Exception {
        // Given
        String trace = UUID.randomUUID().toString().replace("-", "");

        // When
        try (Talk caller = from(FRONTEND, tokyo, ORDERS)) {
            get(caller, "/name", "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n");
        }

        // Then
        Await.until("two spans", () -> collector.spansOf(trace).size() == 2);
        for (Collector.Span span : collector.spansOf(trace)) {
            assertEquals("web", span.attributes().get("hikyaku.caller.namespace"));
            assertEquals("frontend", span.attributes().get("hikyaku.caller.service_account"));
            assertEquals("frontend-0", span.attributes().get("hikyaku.caller.pod"));
        }
    }
}
