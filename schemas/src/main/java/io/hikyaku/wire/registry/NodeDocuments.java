package io.hikyaku.wire.registry;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.KafkaInbox;
import io.hikyaku.wire.registry.NodeDocument.Load;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The texts of a node document's parts, in JSON (PROTOCOL.md §8.2). Members that a later version adds are skipped;
/// wrong types, duplicates and values beyond their limits are not.
public final class NodeDocuments {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(20)
                            .maxStringLength(NodeDocument.MAX_STATEMENT_CHARS)
                            .maxNameLength(ServiceTraits.MAX_KEY_CHARS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private NodeDocuments() {}

    /// The text of the first part: all that the node is, without its exports.
    public static byte[] writeNode(NodeDocument document) {
        ObjectNode root = JSON.createObjectNode();
        root.put("node", document.node().toString());
        root.put("member", document.member());
        root.put("statement", document.statement());
        root.put("shardCount", document.shardCount());
        root.put("forwards", document.forwards());
        if (document.draining()) {
            root.put("draining", true);
        }
        document.load().ifPresent(load -> root.putObject("load").put("outstanding", load.outstanding()));
        document.kafka()
                .ifPresent(inbox ->
                        root.putObject("kafka").put("topic", inbox.topic()).put("partition", inbox.partition()));
        return JSON.writeValueAsBytes(root);
    }

    /// The text of a part with exports.
    public static byte[] writeExports(List<ExportedService> exports) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode array = root.putArray("exports");
        exports.forEach(export -> write(array.addObject(), export));
        return JSON.writeValueAsBytes(root);
    }

    private static void write(ObjectNode into, ExportedService export) {
        into.put("service", export.service());
        into.put("since", export.since());
        ArrayNode ports = into.putArray("ports");
        for (Port port : export.ports()) {
            ObjectNode one = ports.addObject();
            one.put("name", port.name()).put("port", port.port()).put("protocol", port.protocol());
            port.appProtocol().ifPresent(text -> one.put("appProtocol", text));
            if (!port.ready()) {
                one.put("ready", false);
            }
        }
        ServiceTraitsFields.write(into, export.traits());
    }

    /// Reads the first part: a document without exports.
    ///
    /// @param sequence of the head
    /// @throws Malformed if the text is not that of a first part within its limits
    public static NodeDocument readNode(byte[] text, long sequence) {
        return reading(
                text,
                root -> new NodeDocument(
                        NodeId.parse(text(root, "node")),
                        text(root, "member"),
                        text(root, "statement"),
                        sequence,
                        small(root, "shardCount"),
                        flag(root, "forwards"),
                        false,
                        root.has("draining") && flag(root, "draining"),
                        List.of(),
                        optional(root, "load").map(load -> new Load(small(load, "outstanding"))),
                        optional(root, "kafka")
                                .map(inbox -> new KafkaInbox(text(inbox, "topic"), small(inbox, "partition")))));
    }

    /// Reads a part with exports.
    ///
    /// @throws Malformed if the text is not that of one within its limits
    public static List<ExportedService> readExports(byte[] text) {
        return reading(text, root -> exports(array(root, "exports", NodeDocument.MAX_EXPORTS)));
    }

    private static <T> T reading(byte[] text, Function<JsonNode, T> reader) {
        if (text.length > DocumentParts.MAX_PART_TEXT) { // §8.2
            throw new Malformed(Reason.TOO_LARGE, "part of a node document of " + text.length + " bytes");
        }
        try {
            return reader.apply(JSON.readTree(text));
        } catch (JacksonException e) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, "node document is not JSON as it should be");
        } catch (IllegalArgumentException e) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, String.valueOf(e.getMessage()));
        }
    }

    private static List<ExportedService> exports(JsonNode array) {
        List<ExportedService> exports = new ArrayList<>(array.size());
        for (JsonNode export : array) {
            List<Port> ports = new ArrayList<>();
            for (JsonNode port : array(export, "ports", ExportedService.MAX_PORTS)) {
                ports.add(new Port(
                        text(port, "name"),
                        small(port, "port"),
                        text(port, "protocol"),
                        optionalText(port, "appProtocol"),
                        !port.has("ready") || flag(port, "ready")));
            }
            exports.add(new ExportedService(
                    text(export, "service"), ports, integer(export, "since"), ServiceTraitsFields.read(export)));
        }
        return exports;
    }

    static Map<String, String> texts(JsonNode parent, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        optional(parent, name).ifPresent(object -> {
            for (String key : object.propertyNames()) {
                texts.put(key, text(object, key));
            }
        });
        return texts;
    }

    static List<String> list(JsonNode parent, String name, int max) {
        List<String> texts = new ArrayList<>();
        if (parent.has(name)) {
            for (JsonNode value : array(parent, name, max)) {
                require(value.isString(), name);
                texts.add(value.stringValue());
            }
        }
        return texts;
    }

    static Optional<String> optionalText(JsonNode parent, String name) {
        return parent.has(name) ? Optional.of(text(parent, name)) : Optional.empty();
    }

    static Optional<Integer> optionalSmall(JsonNode parent, String name) {
        return parent.has(name) ? Optional.of(small(parent, name)) : Optional.empty();
    }

    private static Optional<JsonNode> optional(JsonNode parent, String name) {
        JsonNode value = parent.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(value.isObject(), name);
        return Optional.of(value);
    }

    private static JsonNode array(JsonNode parent, String name, int max) {
        JsonNode value = parent.path(name);
        require(value.isArray() && value.size() <= max, name);
        return value;
    }

    private static String text(JsonNode parent, String name) {
        JsonNode value = parent.path(name);
        require(value.isString(), name);
        return value.stringValue();
    }

    static boolean flag(JsonNode parent, String name) {
        JsonNode value = parent.path(name);
        require(value.isBoolean(), name);
        return value.booleanValue();
    }

    private static long integer(JsonNode parent, String name) {
        JsonNode value = parent.path(name);
        require(value.isIntegralNumber() && value.canConvertToLong(), name);
        return value.longValue();
    }

    private static int small(JsonNode parent, String name) {
        JsonNode value = parent.path(name);
        require(value.isIntegralNumber() && value.canConvertToInt(), name);
        return value.intValue();
    }

    private static void require(boolean holds, String name) {
        if (!holds) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, name + " of a node document is missing or of the wrong type");
        }
    }
}
