package io.hikyaku.kubernetes.cli;

import io.hikyaku.kubernetes.cli.ManifestsCommand.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// Kubernetes objects, read from what `deploy/render` made of the chart, and changed in place: as data, so that no
/// value can become anything but a value.
final class Manifests {
    /// The one that the files name.
    private static final String NAMESPACE = "hikyaku";

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLWriteFeature.LITERAL_BLOCK_STYLE)
            .build());
    private static final YAMLMapper CONFIGURATION = new YAMLMapper(YAMLFactory.builder()
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .build());

    private final Program program;
    private final List<ObjectNode> objects = new ArrayList<>();

    Manifests(Program program, String... files) {
        this.program = program;
        for (String file : files) {
            objects.addAll(documents(text(file)));
        }
    }

    /// The configuration in one of the files of `config`.
    ObjectNode configuration(String file) {
        return documents(text("config/" + file)).getFirst();
    }

    /// Those of this kind, in order; none is an error in the files.
    List<ObjectNode> all(String kind) {
        List<ObjectNode> found = objects.stream()
                .filter(object -> kind.equals(object.path("kind").asString()))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalStateException("no " + kind + " in the manifests of the " + program);
        }
        return found;
    }

    ObjectNode one(String kind) {
        return all(kind).getFirst();
    }

    void add(ObjectNode object) {
        objects.add(object);
    }

    /// Takes them out.
    List<ObjectNode> remove(Predicate<ObjectNode> which) {
        List<ObjectNode> removed = objects.stream().filter(which).toList();
        objects.removeAll(removed);
        return removed;
    }

    /// Adds the ConfigMap of the program's name, labelled like its workload.
    ObjectNode addConfigMap(ObjectNode workload) {
        ObjectNode map = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata = map.putObject("metadata");
        metadata.put("name", "hikyaku-" + program);
        metadata.put("namespace", NAMESPACE);
        metadata.set("labels", workload.at("/metadata/labels").deepCopy());
        add(map);
        return map.putObject("data");
    }

    static String configurationText(ObjectNode configuration) {
        return CONFIGURATION.writeValueAsString(configuration);
    }

    static void replace(ObjectNode parent, String key, List<String> values) {
        ArrayNode array = parent.putArray(key);
        values.forEach(array::add);
    }

    /// What all programs have in common: the namespace, the size, the image, the identity.
    void place(ManifestValues values, ObjectNode workload) {
        ObjectNode spec = (ObjectNode) workload.required("spec");
        spec.put("replicas", values.replicas());
        ObjectNode pod = (ObjectNode) spec.at("/template/spec");
        values.image().ifPresent(image -> ((ObjectNode) pod.at("/containers/0")).put("image", image));
        for (JsonNode volume : pod.required("volumes")) {
            if (volume.path("secret") instanceof ObjectNode secret) {
                secret.put("secretName", values.secret());
            }
        }
        if (values.replicas() == 1) { // a budget is of no use to one
            remove(object -> object.path("kind").asString().equals("PodDisruptionBudget"));
        }
        one("Namespace").withObject("metadata").put("name", values.namespace());
        objects.stream()
                .map(object -> object.path("metadata"))
                .filter(metadata -> metadata.path("namespace").asString("").equals(NAMESPACE))
                .forEach(metadata -> ((ObjectNode) metadata).put("namespace", values.namespace()));
    }

    /// As documents in one text, for `kubectl apply -f -`.
    String toYaml() {
        StringBuilder text = new StringBuilder();
        objects.forEach(object -> text.append(YAML.writeValueAsString(object)));
        return text.toString();
    }

    Stream<ObjectNode> stream() {
        return objects.stream();
    }

    private String text(String file) {
        String path = program + "/" + file;
        try (InputStream in = Manifests.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<ObjectNode> documents(String text) {
        return YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(text).readAll();
    }
}
