package io.hikyaku.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeStatusJsonTest {
    private static final NodeStatus STATUS = new NodeStatus(
            "bridge",
            "1.2.3",
            "demo",
            "spiffe://demo/cluster/tokyo",
            "00",
            7,
            true,
            List.of("tls://[::1]:7443"),
            List.of(new NodeStatus.Member("01", null, false, null, 4L)),
            List.of(new NodeStatus.Link("tls://a:1", true, true, "01", "spiffe://demo/relay/r", 5L, 6, null)),
            List.of(new NodeStatus.Service("a/b", 80, "http", List.of(new NodeStatus.Exporter("c", "01", true, 2)))),
            List.of(new NodeStatus.Import("a/b", 80, "127.0.0.1:1", "http", 3)),
            List.of(new NodeStatus.Channel("01", "c", 0, "via r", 1, null, 1, 2)),
            new NodeStatus.Streams(1, 2, 3),
            new NodeStatus.Lifecycle(
                    true, new NodeStatus.Reload("refused", "2026-01-01T00:00:00Z", List.of("x: y")), null, null),
            List.of(new NodeStatus.Calls(
                    "a/b:80", "export", 1, 2.5, 0.25, 1_000, 2_000, List.of(new NodeStatus.CallsFrom("c", null, 3)))),
            new NodeStatus.Kubernetes(true, false, 1, 2, 3, 4, 5),
            List.of("a/b: twice"));

    @Test
    void whatIsWrittenIsRead() {
        // When
        NodeStatus back = NodeStatusJson.read(NodeStatusJson.write(STATUS));

        // Then
        assertEquals(STATUS, back);
        assertEquals(STATUS, NodeStatusJson.read(NodeStatusJson.pretty(STATUS).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        // When
        String json = new String(NodeStatusJson.write(STATUS), StandardCharsets.UTF_8);

        // Then
        assertFalse(json.contains("null"), json);
    }

    @Test
    void fieldsOfLaterVersionsAreSkipped() {
        // Given
        String json = NodeStatusJson.pretty(STATUS).replaceFirst("\\{", "{ \"mood\": \"good\", ");

        // When
        NodeStatus back = NodeStatusJson.read(json.getBytes(StandardCharsets.UTF_8));

        // Then
        assertEquals(STATUS, back);
    }

    @Test
    void whatEarlierVersionsDoNotSayIsEmpty() {
        // Given
        String json = NodeStatusJson.pretty(STATUS).replace("\"calls\"", "\"unknown\"");

        // When
        NodeStatus back = NodeStatusJson.read(json.getBytes(StandardCharsets.UTF_8));

        // Then
        assertEquals(List.of(), back.calls());
    }

    @Test
    void anythingElseIsRefused() {
        // When, then
        assertThrows(
                IllegalArgumentException.class, () -> NodeStatusJson.read("<html>".getBytes(StandardCharsets.UTF_8)));
    }
}
