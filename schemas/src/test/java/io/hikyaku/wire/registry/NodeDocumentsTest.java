package io.hikyaku.wire.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.KafkaInbox;
import io.hikyaku.wire.registry.NodeDocument.Load;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NodeDocumentsTest {
    private static final Port HTTP = new Port("http", 80, "http");
    private static final NodeDocument FULL = new NodeDocument(
            new NodeId(0x0123456789abcdefL, 0xfedcba9876543210L),
            "spiffe://demo/cluster/osaka",
            "aGVhZA.cGF5bG9hZA.c2ln",
            7,
            4,
            true,
            false,
            true,
            List.of(
                    new ExportedService("shop/orders", List.of(HTTP, new Port("db", 5432, "tcp")), 1_700_000_000_000L),
                    new ExportedService(
                            "shop/payments",
                            List.of(
                                    new Port("", 80, "http", Optional.of("kubernetes.io/h2c"), false),
                                    new Port("dns", 53, "tcp"),
                                    new Port("dns-udp", 53, "udp", Optional.empty(), false)),
                            0,
                            new ServiceTraits(
                                    true,
                                    Optional.of(10_800),
                                    Optional.of("Local"),
                                    Optional.of("PreferClose"),
                                    List.of("IPv6", "IPv4"),
                                    Map.of("tier", "gold"),
                                    Map.of("example.com/owner", "shop"),
                                    List.of("web-0", "web-1")))),
            Optional.of(new Load(3)),
            Optional.of(new KafkaInbox("hikyaku.demo.in.osaka", 2)));
    private static final String NODE_JSON = json(FULL);
    private static final String EXPORTS_JSON = json(FULL.exports());

    private static String json(NodeDocument document) {
        return new String(NodeDocuments.writeNode(document), StandardCharsets.UTF_8);
    }

    private static String json(List<ExportedService> exports) {
        return new String(NodeDocuments.writeExports(exports), StandardCharsets.UTF_8);
    }

    private static NodeDocument readNode(String json) {
        return NodeDocuments.readNode(json.getBytes(StandardCharsets.UTF_8), FULL.sequence());
    }

    private static List<ExportedService> readExports(String json) {
        return NodeDocuments.readExports(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void read(String json) {
        if (json.contains("\"exports\"")) {
            readExports(json);
        } else {
            readNode(json);
        }
    }

    private static Schema schema() throws IOException {
        try (var stream = NodeDocument.class.getResourceAsStream("/io/hikyaku/registry/node-document.schema.json")) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text);
        }
    }

    private static boolean schemaAccepts(String json) throws IOException {
        return schema().validate(json, InputFormat.JSON).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadBackAndFitsTheSchema() throws IOException {
        // Given
        NodeDocument bare = new NodeDocument(
                FULL.node(),
                "spiffe://demo/relay/r-1",
                "a",
                FULL.sequence(),
                1,
                false,
                false,
                false,
                List.of(),
                Optional.empty(),
                Optional.empty());
        // When, Then
        for (NodeDocument document : List.of(FULL, bare)) {
            NodeDocument node = readNode(json(document));
            List<ExportedService> exports = readExports(json(document.exports()));
            assertEquals(document, node.with(FULL.sequence(), exports));
            assertTrue(schemaAccepts(json(document)), json(document));
            assertTrue(schemaAccepts(json(document.exports())), json(document.exports()));
        }
    }

    @Test
    void membersOfLaterVersionsAreSkipped() throws IOException {
        // Given
        String node = NODE_JSON
                .replaceFirst("\\{", "{\"zone\":{\"name\":[1,2]},")
                .replace("\"outstanding\"", "\"cpu\":0.5,\"outstanding\"");
        String exports = EXPORTS_JSON.replace("\"port\":5432", "\"port\":5432,\"weight\":1");
        // When, Then
        assertEquals(FULL, readNode(node).with(FULL.sequence(), readExports(exports)));
        assertTrue(schemaAccepts(node));
        assertTrue(schemaAccepts(exports));
    }

    static Stream<String> broken() {
        String long64 = "a".repeat(64);
        return Stream.of(
                NODE_JSON.replace("0123456789abcdef", "0123456789abcde"),
                NODE_JSON.replace("spiffe://demo/cluster/osaka", "spiffe://demo/cluster/Osaka"),
                NODE_JSON.replace("spiffe://demo/cluster/osaka", "spiffe://demo/node/osaka"),
                NODE_JSON.replace("aGVhZA.cGF5bG9hZA.c2ln", "a b"),
                NODE_JSON.replace("aGVhZA.cGF5bG9hZA.c2ln", "a".repeat(NodeDocument.MAX_STATEMENT_CHARS + 1)),
                NODE_JSON.replace("\"shardCount\":4", "\"shardCount\":1025"),
                EXPORTS_JSON.replace("shop/orders", "orders"),
                EXPORTS_JSON.replace("shop/orders", "shop/../orders"),
                EXPORTS_JSON.replace("shop/orders", "shop/" + long64),
                EXPORTS_JSON.replace("\"port\":5432", "\"port\":65536"),
                EXPORTS_JSON.replace("\"port\":5432", "\"port\":0"),
                EXPORTS_JSON.replace("\"port\":5432", "\"port\":1.5"),
                EXPORTS_JSON.replace("\"name\":\"db\"", "\"name\":\"d_b\""),
                EXPORTS_JSON.replace("\"protocol\":\"tcp\"", "\"protocol\":\"TCP\""),
                EXPORTS_JSON.replace("\"since\":0", "\"since\":-1"),
                EXPORTS_JSON.replace("gold", "g".repeat(ServiceTraits.MAX_METADATA_CHARS + 1)),
                EXPORTS_JSON.replace("\"tier\"", "\"\""),
                EXPORTS_JSON.replace("\"tier\"", "\"" + "t".repeat(ServiceTraits.MAX_KEY_CHARS + 1) + "\""),
                EXPORTS_JSON.replace("\"shop\"", "7"),
                EXPORTS_JSON.replace("\"headless\":true", "\"headless\":\"yes\""),
                EXPORTS_JSON.replace("10800", "86401"),
                EXPORTS_JSON.replace("\"Local\"", "\"Node\""),
                EXPORTS_JSON.replace("PreferClose", "Prefer Close"),
                EXPORTS_JSON.replace("\"IPv4\"", "\"IPv5\""),
                EXPORTS_JSON.replace("\"IPv4\"", "\"IPv6\""),
                EXPORTS_JSON.replace("web-1", "web-0"),
                EXPORTS_JSON.replace("web-1", "web.1"),
                EXPORTS_JSON.replace("kubernetes.io/h2c", "kubernetes h2c"),
                EXPORTS_JSON.replace("\"ready\":false", "\"ready\":0"),
                NODE_JSON.replace("hikyaku.demo.in.osaka", ".."),
                NODE_JSON.replace("hikyaku.demo.in.osaka", "a/b"),
                NODE_JSON.replace("\"draining\":true", "\"draining\":1"),
                NODE_JSON.replace("\"partition\":2", "\"partition\":-1"),
                NODE_JSON.replace("\"outstanding\":3", "\"outstanding\":-1"),
                NODE_JSON.replaceFirst("\"load\":\\{[^}]*}", "\"load\":null"),
                "[]",
                "{}");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void codeAndSchemaRefuseTheSame(String json) throws IOException {
        assertFalse(json.equals(NODE_JSON) || json.equals(EXPORTS_JSON), "not broken");
        assertThrows(Malformed.class, () -> read(json));
        assertFalse(schemaAccepts(json), json);
    }

    @Test
    void refusesWhatASchemaCannotSay() {
        for (String json : List.of(
                EXPORTS_JSON.replace("\"port\":5432", "\"port\":80"),
                EXPORTS_JSON.replace("\"name\":\"db\"", "\"name\":\"http\""),
                EXPORTS_JSON.replace("\"protocol\":\"udp\"", "\"protocol\":\"tcp\""),
                EXPORTS_JSON.replace("gold", "g".repeat(ServiceTraits.MAX_METADATA_CHARS - 20)),
                NODE_JSON.replaceFirst("\\{", "{\"shardCount\":8,"),
                NODE_JSON + "{}",
                NODE_JSON.replaceFirst("\\{", "{\"deep\":" + "[".repeat(20) + "]".repeat(20) + ","),
                NODE_JSON.substring(1))) {
            assertThrows(Malformed.class, () -> read(json), json);
        }
    }

    @Test
    void holdsTheNumberOfExportsToItsLimit() {
        // Given
        List<ExportedService> most = exports(NodeDocument.MAX_EXPORTS);
        List<ExportedService> tooMany = exports(NodeDocument.MAX_EXPORTS + 1);
        // When, Then
        assertEquals(most, withExports(most).exports());
        assertThrows(IllegalArgumentException.class, () -> withExports(tooMany));
    }

    @Test
    void noServiceIsNamedTwiceInWhateverParts() {
        // Given
        List<ExportedService> part = exports(2);
        List<ExportedService> twice = List.of(part.get(0), part.get(1), part.get(0));
        // When, Then
        assertThrows(IllegalArgumentException.class, () -> withExports(twice));
    }

    @Test
    void holdsThePortsOfAllExportsToTheirLimit() {
        // Given
        List<Port> ports = IntStream.rangeClosed(1, ExportedService.MAX_PORTS)
                .mapToObj(i -> new Port("p" + i, i, "tcp"))
                .toList();
        List<ExportedService> tooMany = IntStream.rangeClosed(0, NodeDocument.MAX_PORTS / ExportedService.MAX_PORTS)
                .mapToObj(i -> new ExportedService("shop/s" + i, ports, 1))
                .toList();
        // When, Then
        withExports(tooMany.subList(1, tooMany.size()));
        assertThrows(IllegalArgumentException.class, () -> withExports(tooMany));
    }

    @Test
    void refusesTextBeyondTheLimitBeforeReadingIt() {
        // Given
        String spaces = " ".repeat(DocumentParts.MAX_PART_TEXT - NODE_JSON.length() + 1);
        // When
        Malformed refused = assertThrows(Malformed.class, () -> readNode(NODE_JSON + spaces));
        // Then
        assertEquals(Malformed.Reason.TOO_LARGE, refused.reason());
        assertEquals(FULL.with(7, List.of()), readNode(NODE_JSON + spaces.substring(1)));
    }

    private static List<ExportedService> exports(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ExportedService("shop/s" + i, List.of(HTTP), 1))
                .toList();
    }

    private static NodeDocument withExports(List<ExportedService> exports) {
        return new NodeDocument(
                FULL.node(),
                FULL.member(),
                "a",
                1,
                1,
                false,
                false,
                false,
                exports,
                Optional.empty(),
                Optional.empty());
    }
}
