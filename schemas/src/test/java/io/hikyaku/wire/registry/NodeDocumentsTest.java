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
import io.hikyaku.wire.registry.NodeDocument.Export;
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
            List.of(
                    new Export("shop/orders", List.of(HTTP, new Port("db", 5432, "tcp")), 1_700_000_000_000L, Map.of()),
                    new Export("shop/payments", List.of(HTTP), 0, Map.of("tier", "gold"))),
            Optional.of(new Load(3)),
            Optional.of(new KafkaInbox("hikyaku.demo.in.osaka", 2)));
    private static final String FULL_JSON = json(FULL);

    private static String json(NodeDocument document) {
        return new String(NodeDocuments.write(document), StandardCharsets.UTF_8);
    }

    private static NodeDocument read(String json) {
        return NodeDocuments.read(json.getBytes(StandardCharsets.UTF_8));
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
                Long.MAX_VALUE,
                1,
                false,
                true,
                List.of(),
                Optional.empty(),
                Optional.empty());
        // When, Then
        for (NodeDocument document : List.of(FULL, bare)) {
            assertEquals(document, read(json(document)));
            assertTrue(schemaAccepts(json(document)), json(document));
        }
    }

    @Test
    void membersOfLaterVersionsAreSkipped() throws IOException {
        // Given
        String later = FULL_JSON
                .replaceFirst("\\{", "{\"zone\":{\"name\":[1,2]},")
                .replace("\"outstanding\"", "\"cpu\":0.5,\"outstanding\"")
                .replace("\"port\":5432", "\"port\":5432,\"weight\":1");
        // When, Then
        assertEquals(FULL, read(later));
        assertTrue(schemaAccepts(later));
    }

    static Stream<String> broken() {
        String long64 = "a".repeat(64);
        return Stream.of(
                FULL_JSON.replace("0123456789abcdef", "0123456789abcde"),
                FULL_JSON.replace("spiffe://demo/cluster/osaka", "spiffe://demo/cluster/Osaka"),
                FULL_JSON.replace("spiffe://demo/cluster/osaka", "spiffe://demo/node/osaka"),
                FULL_JSON.replace("aGVhZA.cGF5bG9hZA.c2ln", "a b"),
                FULL_JSON.replace("aGVhZA.cGF5bG9hZA.c2ln", "a".repeat(NodeDocument.MAX_STATEMENT_CHARS + 1)),
                FULL_JSON.replace("\"sequence\":7", "\"sequence\":0"),
                FULL_JSON.replace("\"sequence\":7", "\"sequence\":\"7\""),
                FULL_JSON.replace("\"sequence\":7", "\"sequence\":9223372036854775808"),
                FULL_JSON.replace("\"sequence\":7,", ""),
                FULL_JSON.replace("\"shardCount\":4", "\"shardCount\":1025"),
                FULL_JSON.replace("\"leaving\":false", "\"leaving\":0"),
                FULL_JSON.replace("shop/orders", "orders"),
                FULL_JSON.replace("shop/orders", "shop/../orders"),
                FULL_JSON.replace("shop/orders", "shop/" + long64),
                FULL_JSON.replace("\"port\":5432", "\"port\":65536"),
                FULL_JSON.replace("\"port\":5432", "\"port\":0"),
                FULL_JSON.replace("\"port\":5432", "\"port\":1.5"),
                FULL_JSON.replace("\"name\":\"db\"", "\"name\":\"d_b\""),
                FULL_JSON.replace("\"protocol\":\"tcp\"", "\"protocol\":\"TCP\""),
                FULL_JSON.replace("\"since\":0", "\"since\":-1"),
                FULL_JSON.replace("gold", "g".repeat(257)),
                FULL_JSON.replace("hikyaku.demo.in.osaka", ".."),
                FULL_JSON.replace("hikyaku.demo.in.osaka", "a/b"),
                FULL_JSON.replace("\"partition\":2", "\"partition\":-1"),
                FULL_JSON.replace("\"outstanding\":3", "\"outstanding\":-1"),
                FULL_JSON.replaceFirst("\"load\":\\{[^}]*}", "\"load\":null"),
                "[]",
                "{}");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void codeAndSchemaRefuseTheSame(String json) throws IOException {
        assertFalse(json.equals(FULL_JSON), "not broken");
        assertThrows(Malformed.class, () -> read(json));
        assertFalse(schemaAccepts(json), json);
    }

    @Test
    void refusesWhatASchemaCannotSay() {
        for (String json : List.of(
                FULL_JSON.replace("shop/payments", "shop/orders"),
                FULL_JSON.replace("\"port\":5432", "\"port\":80"),
                FULL_JSON.replace("\"name\":\"db\"", "\"name\":\"http\""),
                FULL_JSON.replaceFirst("\\{", "{\"sequence\":8,"),
                FULL_JSON + "{}",
                FULL_JSON.replaceFirst("\\{", "{\"deep\":" + "[".repeat(20) + "]".repeat(20) + ","),
                FULL_JSON.substring(1))) {
            assertThrows(Malformed.class, () -> read(json), json);
        }
    }

    @Test
    void holdsTheNumberOfExportsToItsLimit() {
        // Given
        List<Export> most = exports(NodeDocument.MAX_EXPORTS);
        List<Export> tooMany = exports(NodeDocument.MAX_EXPORTS + 1);
        // When, Then
        assertEquals(most, read(json(withExports(most))).exports());
        assertThrows(IllegalArgumentException.class, () -> withExports(tooMany));
    }

    @Test
    void refusesTextBeyondTheLimitBeforeReadingIt() {
        // Given
        byte[] spaces =
                " ".repeat(NodeDocuments.MAX_BYTES - FULL_JSON.length() + 1).getBytes(StandardCharsets.UTF_8);
        // When
        Malformed refused =
                assertThrows(Malformed.class, () -> read(FULL_JSON + new String(spaces, StandardCharsets.UTF_8)));
        // Then
        assertEquals(Malformed.Reason.TOO_LARGE, refused.reason());
        assertEquals(FULL, read(FULL_JSON + " ".repeat(spaces.length - 1)));
    }

    private static List<Export> exports(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Export("shop/s" + i, List.of(HTTP), 1, Map.of()))
                .toList();
    }

    private static NodeDocument withExports(List<Export> exports) {
        return new NodeDocument(
                FULL.node(), FULL.member(), "a", 1, 1, false, false, exports, Optional.empty(), Optional.empty());
    }
}
