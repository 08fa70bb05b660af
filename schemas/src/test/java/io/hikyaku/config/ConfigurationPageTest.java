package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds docs/CONFIGURATION.md against the schemas, which [SchemaTest] holds against the records.
class ConfigurationPageTest {

    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z.\\[\\]]+)` \\| (\\S+) \\| .{10,} \\|");

    @Test
    void everyKeyOfTheBridgeStandsThereWithItsDefault() throws IOException {
        assertEquals(keys("bridge.schema.json"), rows("Bridge", "Limits"));
    }

    @Test
    void everyKeyOfTheRelayStandsThereWithItsDefault() throws IOException {
        // Given
        Map<String, String> expected = keys("relay.schema.json");

        // When
        Map<String, String> rows = rows("Relay", "Limits");

        // Then
        rows.keySet().removeIf(key -> key.startsWith("limits.") && !expected.containsKey(key)); // a bridge's alone
        assertEquals(expected, rows);
    }

    private static Map<String, String> rows(String... sections) throws IOException {
        String page = Files.readString(Path.of("../docs/CONFIGURATION.md"));
        Map<String, String> rows = new TreeMap<>();
        for (String section : sections) {
            String body = page.split("\n## " + section + "\n")[1].split("\n## ")[0];
            Matcher row = ROW.matcher(body);
            while (row.find()) {
                assertEquals(
                        null, rows.put(row.group(1), row.group(2).replace("`", "")), row.group(1) + " stands once");
            }
        }
        return rows;
    }

    private static Map<String, String> keys(String file) throws IOException {
        try (InputStream stream = ConfigurationPageTest.class.getResourceAsStream(file)) {
            JsonNode root = JsonMapper.shared().readTree(stream);
            Map<String, String> keys = new TreeMap<>();
            collect(root, root, "", keys);
            return keys;
        }
    }

    private static void collect(JsonNode root, JsonNode object, String path, Map<String, String> keys) {
        object.get("properties").forEachEntry((key, property) -> {
            String at = path.isEmpty() ? key : path + "." + key;
            JsonNode resolved = resolve(root, property);
            if (resolved.has("properties")) {
                collect(root, resolved, at, keys);
                return;
            }
            keys.put(
                    at,
                    property.has("default")
                            ? text(property.get("default"))
                            : isRequired(object, key) ? "required" : "none");
            if (resolved.has("items") && resolve(root, resolved.get("items")).has("properties")) {
                collect(root, resolve(root, resolved.get("items")), at + "[]", keys);
            }
        });
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    private static boolean isRequired(JsonNode object, String key) {
        Stream<JsonNode> required =
                object.has("required") ? object.get("required").valueStream() : Stream.of();
        return required.anyMatch(name -> name.asString().equals(key));
    }

    private static JsonNode resolve(JsonNode root, JsonNode schema) {
        return schema.has("$ref") ? root.at(schema.get("$ref").asString().substring(1)) : schema;
    }
}
