package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hikyaku.config.BadDocument.Program;
import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.value.TimeSpan;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Import;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds the JSON Schemas against the records.
class SchemaTest {

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    /// What a value type looks like in the schema.
    private static final Map<Class<?>, Set<String>> DEFINITIONS = Map.of(
            Duration.class, Set.of("duration"),
            DataSize.class, Set.of("size"),
            LinkUrl.class, Set.of("linkUrl", "listenUrl"),
            HostPort.class, Set.of("listenAddress"),
            TargetHost.class, Set.of("targetHost"),
            ServiceName.class, Set.of("service"));

    private static final Map<Class<?>, String> PLAIN =
            Map.of(int.class, "integer", double.class, "number", boolean.class, "boolean");

    private static String text(String file) {
        try (var stream = SchemaTest.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new IllegalStateException(file, failed);
        }
    }

    private static Schema schema(Program program) {
        return REGISTRY.getSchema(text(program.schema()));
    }

    private static JsonNode json(Program program) {
        return JsonMapper.shared().readTree(text(program.schema()));
    }

    private static List<com.networknt.schema.Error> validate(Program program, String yaml) {
        return schema(program).validate(yaml, InputFormat.YAML);
    }

    @ParameterizedTest
    @CsvSource({"BRIDGE, bridge.yaml", "RELAY, relay.yaml"})
    void acceptsTheExamples(Program program, String file) throws IOException {
        // Given
        String yaml = Files.readString(Path.of("../deploy/examples", file));

        // When, Then
        assertEquals(List.of(), validate(program, yaml));
    }

    @ParameterizedTest
    @EnumSource
    void acceptsTheFewestKeys(Program program) {
        assertEquals(List.of(), validate(program, program.minimal));
    }

    static Stream<BadDocument> badDocuments() {
        return BadDocument.all().stream().filter(BadDocument::bySchema);
    }

    @ParameterizedTest
    @MethodSource("badDocuments")
    void refusesWhatTheCodeRefuses(BadDocument document) {
        assertFalse(validate(document.program(), document.yaml()).isEmpty());
    }

    @Test
    void bridgeHasTheKeysTypesAndDefaultsOfTheRecords() {
        new Walk(json(Program.BRIDGE)).record(BridgeConfig.class, json(Program.BRIDGE), "bridge");
    }

    @Test
    void relayHasTheKeysTypesAndDefaultsOfTheRecords() {
        new Walk(json(Program.RELAY)).record(RelayConfig.class, json(Program.RELAY), "relay");
    }

    @Test
    void bothSayTheSameOfWhatTheyShare() {
        // Given
        JsonNode bridge = json(Program.BRIDGE).get("$defs");
        JsonNode relay = json(Program.RELAY).get("$defs");

        // When
        List<String> shared = relay.propertyNames().stream().filter(bridge::has).toList();

        // Then
        assertTrue(shared.size() > 10, shared.toString());
        shared.forEach(name -> assertEquals(bridge.get(name), relay.get(name), name));
    }

    /// A walk over a record and its schema at the same time.
    private record Walk(JsonNode root) {

        /// What services have only when they come from elsewhere.
        private static final Map<Class<?>, Set<String>> NOT_IN_FILES = Map.of(
                Export.class,
                Set.of("notCarried", "pods", "traits", "since"),
                ExportPort.class,
                Set.of("appProtocol"),
                Import.class,
                Set.of("pod"));

        void record(Class<?> type, JsonNode schema, String path) {
            Set<String> left = NOT_IN_FILES.getOrDefault(type, Set.of());
            List<RecordComponent> components = Arrays.stream(type.getRecordComponents())
                    .filter(component -> !left.contains(component.getName()))
                    .toList();
            Set<String> names = components.stream()
                    .map(RecordComponent::getName)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            assertEquals(
                    names, new LinkedHashSet<>(schema.get("properties").propertyNames()), path + ": the same keys");
            assertFalse(schema.get("additionalProperties").asBoolean(), path + ": unknown keys are refused");
            Optional<Object> defaults = defaults(type);
            for (RecordComponent component : components) {
                String at = path + "." + component.getName();
                JsonNode property = schema.get("properties").get(component.getName());
                value(component.getGenericType(), property, at);
                defaults.ifPresent(record -> assertDefault(component, record, property, at));
                assertRequired(component, property, schema, at);
            }
        }

        private void value(Type type, JsonNode schema, String path) {
            switch (type) {
                case ParameterizedType generic when generic.getRawType() == List.class -> list(generic, schema, path);
                case ParameterizedType generic
                when generic.getRawType() == Optional.class -> value(generic.getActualTypeArguments()[0], schema, path);
                case ParameterizedType map ->
                    assertEquals("object", schema.get("type").asString(), path);
                case Class<?> raw -> single(raw, schema, path);
                default -> throw new IllegalStateException(path + " has a type that nobody described: " + type);
            }
        }

        private void list(ParameterizedType type, JsonNode schema, String path) {
            Type item = type.getActualTypeArguments()[0];
            if (item == Target.class) { // one, or a list
                assertEquals(
                        "#/$defs/target", schema.get("anyOf").get(0).get("$ref").asString(), path);
                assertEquals(
                        "#/$defs/target",
                        schema.get("anyOf").get(1).get("items").get("$ref").asString(),
                        path);
            } else if (item == HostPort.class) { // Kafka's own form
                assertEquals("string", schema.get("type").asString(), path);
            } else {
                assertEquals("array", schema.get("type").asString(), path);
                value(item, schema.get("items"), path + "[]");
            }
        }

        private void single(Class<?> type, JsonNode schema, String path) {
            JsonNode resolved = resolve(schema);
            if (DEFINITIONS.containsKey(type)) {
                String definition = schema.get("$ref").asString().substring("#/$defs/".length());
                assertTrue(DEFINITIONS.get(type).contains(definition), path + " is a " + definition);
            } else if (type == LinkConfig.class) {
                JsonNode forms = resolved.get("properties");
                assertEquals(Set.of("relay", "kafka"), Set.copyOf(forms.propertyNames()), path);
                value(LinkUrl.class, forms.get("relay"), path + ".relay");
                record(KafkaLink.class, resolve(forms.get("kafka")), path + ".kafka");
            } else if (type == PortRange.class) {
                assertEquals("string", resolved.get("type").asString(), path);
            } else if (type.isRecord()) {
                record(type, resolved, path);
            } else if (type.isEnum()) {
                List<String> constants = Arrays.stream(type.getEnumConstants())
                        .map(Object::toString)
                        .toList();
                assertEquals(
                        constants,
                        resolved.get("enum")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList(),
                        path);
            } else {
                assertEquals(
                        PLAIN.getOrDefault(type, "string"), resolved.get("type").asString(), path);
            }
        }

        private JsonNode resolve(JsonNode schema) {
            return schema.has("$ref") ? root.at(schema.get("$ref").asString().substring(1)) : schema;
        }

        /// A record whose keys all have defaults says so with a constant.
        private static Optional<Object> defaults(Class<?> type) {
            try {
                return Optional.of(type.getField("DEFAULTS").get(null));
            } catch (NoSuchFieldException none) {
                return Optional.empty();
            } catch (IllegalAccessException failed) {
                throw new IllegalStateException(failed);
            }
        }

        private void assertDefault(RecordComponent component, Object record, JsonNode schema, String path) {
            if (component.getType().isRecord() && component.getType() != DataSize.class) {
                return; // a section, with defaults of its own
            }
            Object value = invoke(component, record);
            if (value instanceof Optional<?> absent) {
                assertTrue(absent.isEmpty() && !schema.has("default"), path + " has no default");
                return;
            }
            String expected = value instanceof Duration duration ? TimeSpan.format(duration) : value.toString();
            assertTrue(schema.has("default"), path + " has a default");
            assertEquals(expected, schema.get("default").asString(), path);
        }

        private static Object invoke(RecordComponent component, Object record) {
            try {
                return component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException failed) {
                throw new IllegalStateException(component.toString(), failed);
            }
        }

        /// Required is what has neither a default nor another way to be absent.
        private void assertRequired(RecordComponent component, JsonNode property, JsonNode schema, String path) {
            boolean required = schema.has("required")
                    && schema.get("required")
                            .valueStream()
                            .anyMatch(key -> key.asString().equals(component.getName()));
            boolean mayBeAbsent = property.has("default")
                    || component.getType() == Optional.class
                    || component.getName().equals("eventLoops")
                    || defaults(component.getType()).isPresent();
            assertEquals(!mayBeAbsent, required, path + " is required");
        }
    }
}
