package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import io.hikyaku.status.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is to be seen of calls from tokyo to osaka, at both bridges.
@Timeout(120)
class ObservingIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @TempDir
    static Path folder;

    private static Collector collector;
    private static ScriptedService http;
    private static ScriptedService line;
    private static Mesh mesh;
    private static Mesh.MeshBridge tokyo;
    private static Mesh.MeshBridge osaka;

    @BeforeAll
    static void start() throws Exception {
        collector = Collector.start();
        http = ScriptedService.following(new HttpScript("osaka"));
        line = ScriptedService.following(Talk::hearAll);
        mesh = new Mesh(folder);
        String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        osaka = mesh.bridge("osaka", links + observed("osaka") + """
                exports:
                  - { service: shop/orders, ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%1$d" } ] }
                  - { service: shop/apart, ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%1$d" } ] }
                  - { service: shop/line, ports: [ { name: tcp, port: 80, protocol: tcp, target: "127.0.0.1:%2$d" } ] }
                """.formatted(http.port(), line.port()));
        tokyo = mesh.bridge(
                "tokyo", links + observed("tokyo") + Mesh.imports("http", "shop/orders", "shop/nobody") + """
                  - { service: shop/apart, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: http, trace: restart } ] }
                  - { service: shop/line, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: tcp } ] }
                """);
        tokyo.admin().awaitExporters("shop/orders", 1);
        tokyo.admin().awaitExporters("shop/apart", 1);
        tokyo.admin().awaitExporters("shop/line", 1);
    }

    private static String observed(String cluster) {
        return """
                accessLog: { path: "%s" }
                tracing: { endpoint: "%s", sampleRatio: 0 }
                """.formatted(log(cluster), collector.url());
    }

    private static Path log(String cluster) {
        return folder.resolve(cluster + ".log");
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.close();
        http.close();
        line.close();
        collector.close();
    }

    private static Talk.Answer post(String service, String id, String more, String body) throws Exception {
        try (Talk caller = tokyo.to(service)) {
            caller.say("POST /echo?token=secret HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id + "\r\n" + more
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body);
            return caller.hearAnswer();
        }
    }

    /// The line of a call, when it is there.
    private static JsonNode awaitLine(String cluster, Predicate<JsonNode> wanted) throws Exception {
        Await.until("the call's line in " + cluster, () -> find(cluster, wanted).isPresent());
        return find(cluster, wanted).orElseThrow();
    }

    private static JsonNode awaitLine(String cluster, String id) throws Exception {
        return awaitLine(cluster, call -> call.get("requestId").asString("").equals(id));
    }

    private static Optional<JsonNode> find(String cluster, Predicate<JsonNode> wanted) throws IOException {
        String text = Files.readString(log(cluster));
        try (Stream<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines()) {
            return lines.map(one -> JsonMapper.shared().readTree(one))
                    .filter(wanted)
                    .findFirst();
        }
    }

    @Test
    void bothBridgesLogACallUnderOneId() throws Exception {
        // Given
        String id = UUID.randomUUID().toString();

        // When
        post("shop/orders", id, "Authorization: Bearer secret\r\n", "hello");

        // Then
        JsonNode near = awaitLine("tokyo", id);
        JsonNode far = awaitLine("osaka", id);
        assertEquals(
                "import shop/orders:80 http/1.1 osaka POST a /echo 200 completed 5 5 1",
                String.join(
                        " ",
                        texts(
                                near,
                                "side",
                                "service",
                                "protocol",
                                "peer",
                                "method",
                                "host",
                                "path",
                                "status",
                                "outcome",
                                "requestBytes",
                                "responseBytes",
                                "attempts")));
        assertEquals(
                "export tokyo 200 completed 5 5",
                String.join(" ", texts(far, "side", "peer", "status", "outcome", "requestBytes", "responseBytes")));
        assertEquals(near.get("traceId"), far.get("traceId"));
        assertNotEquals(near.get("spanId"), far.get("spanId"));
        assertTrue(near.get("durationMs").asDouble() >= near.get("firstByteMs").asDouble(), near.toString());
        assertFalse(Files.readString(log("tokyo")).contains("secret"));
        assertFalse(Files.readString(log("osaka")).contains("secret"));
    }

    private static List<String> texts(JsonNode call, String... keys) {
        return Stream.of(keys).map(key -> call.get(key).asString()).toList();
    }

    @Test
    void theServiceSeesTheIdOfACallerAndOneOfOursWithoutIt() throws Exception {
        // When
        String own = tokyo.get("shop/orders", "/head").body();
        String kept = head("X-Request-Id: mine\r\n");

        // Then
        assertTrue(own.matches("(?s).*\r\nX-Request-Id: [0-9a-f]{32}\r\n.*"), own);
        assertTrue(kept.contains("X-Request-Id: mine\r\n"), kept);
    }

    /// What the service saw.
    private static String head(String fields) throws Exception {
        return head("shop/orders", fields);
    }

    private static String head(String service, String fields) throws Exception {
        try (Talk caller = tokyo.to(service)) {
            return caller.say("GET /head HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
                    .hearAnswer()
                    .body();
        }
    }

    @Test
    void aProblemCarriesTheIdUnderWhichItIsLogged() throws Exception {
        // Given
        String id = UUID.randomUUID().toString();

        // When
        Talk.Answer answer = post("shop/nobody", id, "", "");

        // Then
        assertEquals(503, answer.status());
        assertTrue(answer.body().contains("\"instance\":\"urn:hikyaku:request:" + id + "\""), answer.body());
        assertEquals(
                "none 503 unknown-service 0",
                String.join(" ", texts(awaitLine("tokyo", id), "peer", "status", "outcome", "attempts")));
    }

    @Test
    void aCallWhoseCallerLeftIsLoggedAs499() throws Exception {
        // Given
        String id = UUID.randomUUID().toString();

        // When
        try (Talk caller = tokyo.to("shop/orders")) {
            caller.say("GET /download/1000000000 HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id + "\r\n\r\n")
                    .hear(100_000);
        }

        // Then
        assertEquals("499 cancelled", String.join(" ", texts(awaitLine("tokyo", id), "status", "outcome")));
        assertEquals("499 cancelled", String.join(" ", texts(awaitLine("osaka", id), "status", "outcome")));
    }

    @Test
    void aTcpConnectionIsACallToo() throws Exception {
        // Given
        line.follow(service -> service.say(service.hear(4) + "!"));

        // When
        try (Talk caller = tokyo.to("shop/line")) {
            caller.say("ping").sayEnd();
            assertEquals("ping!", caller.hearAll());
        }

        // Then
        JsonNode near =
                awaitLine("tokyo", call -> call.get("service").asString().equals("shop/line:80"));
        assertEquals(
                "tcp osaka completed 4 5 1",
                String.join(
                        " ", texts(near, "protocol", "peer", "outcome", "requestBytes", "responseBytes", "attempts")));
        assertTrue(near.get("status").isNull());
        assertTrue(near.get("traceId").isNull());
    }

    @Test
    void aSampledCallGetsASpanOfEachBridgeBelowItsCallers() throws Exception {
        // Given
        String parent = "00f067aa0ba902b7";

        // When
        String seen = head("traceparent: 00-" + TRACE + "-" + parent + "-01\r\ntracestate: congo=t61\r\n");

        // Then
        Await.until("two spans", () -> collector.spansOf(TRACE).size() == 2);
        Collector.Span near = span("tokyo", TRACE);
        Collector.Span far = span("osaka", TRACE);
        assertEquals(parent, near.parentId());
        assertEquals(near.spanId(), far.parentId());
        assertTrue(seen.contains("traceparent: 00-" + TRACE + "-" + far.spanId() + "-01\r\n"), seen);
        assertTrue(seen.contains("tracestate: congo=t61\r\n"), seen);
        assertEquals(2, near.kind());
        assertEquals(3, far.kind());
        assertEquals("GET", near.name());
        assertEquals("200", near.attributes().get("http.response.status_code"));
        assertEquals("shop/orders:80", far.attributes().get("hikyaku.service"));
        assertEquals("osaka", near.attributes().get("hikyaku.exporter.cluster"));
        assertEquals("tokyo", far.attributes().get("hikyaku.caller.cluster"));
        Await.until("they are counted", () -> tokyo.admin().sum("hikyaku_spans_sent_total") >= 1);
    }

    private static Collector.Span span(String cluster, String trace) {
        return collector.spansOf(trace).stream()
                .filter(span -> span.cluster().equals(cluster))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCallThatIsNotSampledKeepsItsTraceAndMakesNoSpan() throws Exception {
        // Given
        String trace = UUID.randomUUID().toString().replace("-", "");

        // When
        String seen = head("traceparent: 00-" + trace + "-00f067aa0ba902b7-00\r\n");
        String next = UUID.randomUUID().toString().replace("-", "");
        head("traceparent: 00-" + next + "-00f067aa0ba902b7-01\r\n");

        // Then
        assertTrue(seen.matches("(?s).*\r\ntraceparent: 00-" + trace + "-[0-9a-f]{16}-00\r\n.*"), seen);
        assertFalse(seen.contains("00f067aa0ba902b7"), seen);
        Await.until(
                "the spans of the call after it", () -> collector.spansOf(next).size() == 2);
        assertEquals(List.of(), collector.spansOf(trace));
    }

    @Test
    void aTraceThatIsNotValidIsBegunAnew() throws Exception {
        // When
        String seen = head("traceparent: 00-" + TRACE + "-nonsense-01\r\ntracestate: a=1\r\n");

        // Then
        assertTrue(seen.matches("(?s).*\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n.*"), seen);
        assertFalse(seen.contains(TRACE) || seen.contains("tracestate"), seen);
    }

    @Test
    void aTraceThatEndsAtTheBoundaryIsFollowedByANewOne() throws Exception {
        // When
        String seen = head(
                "shop/apart",
                "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01\r\ntracestate: a=1\r\nbaggage: k=v\r\n");

        // Then
        assertTrue(seen.matches("(?s).*\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n.*"), seen);
        assertFalse(seen.contains(TRACE) || seen.contains("tracestate") || seen.contains("baggage"), seen);
    }

    @Test
    void metersCountCallsOfBothSidesByPeer() throws Exception {
        // Given
        double near = tokyo.admin().sum("hikyaku_calls_total", "side=\"import\"", "peer=\"osaka\"", "status=\"2xx\"");
        double far = osaka.admin().sum("hikyaku_call_duration_seconds_count", "side=\"export\"", "peer=\"tokyo\"");

        // When
        post("shop/orders", "meters", "", "x".repeat(1000));

        // Then
        Await.until(
                "the caller's side counts it",
                () -> tokyo.admin().sum("hikyaku_calls_total", "side=\"import\"", "peer=\"osaka\"", "status=\"2xx\"")
                        > near);
        Await.until(
                "the service's side counts it",
                () -> osaka.admin().sum("hikyaku_call_duration_seconds_count", "side=\"export\"", "peer=\"tokyo\"")
                        > far);
        Await.until(
                "its bytes are counted",
                () -> osaka.admin().sum("hikyaku_call_request_bytes_total", "peer=\"tokyo\"") >= 1000);
        Await.until(
                "its first byte is counted",
                () -> tokyo.admin().sum("hikyaku_call_first_byte_seconds_bucket", "le=\"60.0\"") >= 1);
        Await.until("its line is counted", () -> tokyo.admin().sum("hikyaku_access_log_lines_total") >= 1);
        assertEquals(0, tokyo.admin().sum("hikyaku_access_log_dropped_total"));
    }

    @Test
    void statusShowsTheLastMinute() throws Exception {
        // When
        post("shop/orders", "status", "", "x");

        // Then
        NodeStatus.Calls near = awaitCalls(tokyo, "import");
        awaitCalls(osaka, "export");
        assertTrue(near.p99Micros() >= near.p50Micros());
        assertTrue(near.p50Micros() > 0);
    }

    /// Waits until status shows calls of the last minute.
    private static NodeStatus.Calls awaitCalls(Mesh.MeshBridge bridge, String side) throws Exception {
        AtomicReference<NodeStatus.Calls> shown = new AtomicReference<>();
        Await.until("a call is in status, " + side, () -> {
            bridge.admin().status().calls().stream()
                    .filter(calls -> calls.service().equals("shop/orders:80")
                            && calls.side().equals(side)
                            && calls.perSecond() > 0)
                    .forEach(shown::set);
            return shown.get() != null;
        });
        return shown.get();
    }
}
