package io.hikyaku.kubernetes.inspect;

import io.hikyaku.cli.TextTable;
import io.hikyaku.kubernetes.imports.Ownership;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// ServiceExports and ServiceImports for people and programs.
public final class ServiceObjects {
    private static final String GROUP = "multicluster.x-k8s.io/";
    private static final String NONE = "-";

    /// Which of them.
    public enum Kind {
        EXPORTS,
        IMPORTS;

        String plural() {
            return this == EXPORTS ? "serviceexports" : "serviceimports";
        }
    }

    /// How they are printed.
    public enum Form {
        TABLE,
        WIDE,
        JSON,
        YAML
    }

    private ServiceObjects() {}

    /// @param everywhere in all namespaces, not only in the target's
    /// @throws IOException if the API server does not know the type
    public static String text(KubeTarget target, Kind kind, Form form, boolean everywhere, String version)
            throws IOException {
        try (RawApi api = RawApi.open(target, version)) {
            String namespace = everywhere ? "" : target.namespace().orElse(api.namespace());
            List<JsonNode> items = api.list(path(group(api), namespace, kind.plural()), "");
            if (form == Form.JSON || form == Form.YAML) {
                return document(items, form);
            }
            if (items.isEmpty()) {
                return "none" + (namespace.isEmpty() ? "" : " in namespace " + namespace) + "\n";
            }
            return kind == Kind.IMPORTS
                    ? imports(items, form == Form.WIDE)
                    : exports(items, services(api, namespace), form == Form.WIDE);
        }
    }

    /// The newest version that is served, as in a path.
    static String group(RawApi api) throws IOException {
        JsonNode known = api.get("/apis/multicluster.x-k8s.io")
                .orElseThrow(() -> new IOException(
                        "the API server does not know ServiceExport and ServiceImport; see" + " hikyaku kube check"));
        List<String> versions = known.path("versions")
                .valueStream()
                .map(version -> version.path("version").asString(""))
                .toList();
        return "/apis/" + GROUP + (versions.contains("v1beta1") ? "v1beta1" : "v1alpha1");
    }

    private static String path(String group, String namespace, String plural) {
        return group + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural;
    }

    private static Map<String, JsonNode> services(RawApi api, String namespace) throws IOException {
        Map<String, JsonNode> services = new TreeMap<>();
        api.list(path("/api/v1", namespace, "services"), "").forEach(service -> services.put(key(service), service));
        return services;
    }

    /// @param services by `namespace/name`
    static String exports(List<JsonNode> exports, Map<String, JsonNode> services, boolean wide) {
        List<String> headings = new ArrayList<>(List.of("NAMESPACE", "NAME", "PORTS", "VALID", "READY", "CONFLICT"));
        if (wide) {
            headings.add("MESSAGES");
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (JsonNode export : exports) {
            JsonNode service = services.get(key(export));
            List<String> row = new ArrayList<>(List.of(
                    export.at("/metadata/namespace").asString(""),
                    export.at("/metadata/name").asString(""),
                    service == null ? NONE : ports(service.at("/spec/ports")),
                    condition(export, "Valid"),
                    condition(export, "Ready"),
                    condition(export, "Conflict")));
            if (wide) {
                row.add(messages(export));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    static String imports(List<JsonNode> imports, boolean wide) {
        List<String> headings =
                new ArrayList<>(List.of("NAMESPACE", "NAME", "TYPE", "IP", "PORTS", "CLUSTERS", "READY"));
        if (wide) {
            headings.addAll(List.of("SERVICE", "LISTENERS", "MESSAGES"));
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (JsonNode object : imports) {
            List<String> row = new ArrayList<>(List.of(
                    object.at("/metadata/namespace").asString(""),
                    object.at("/metadata/name").asString(""),
                    object.at("/spec/type").asString(""),
                    orNone(object.at("/spec/ips")
                            .valueStream()
                            .map(ip -> ip.asString(""))
                            .collect(Collectors.joining(","))),
                    ports(object.at("/spec/ports")),
                    orNone(String.join(",", clusters(object))),
                    condition(object, "Ready")));
            if (wide) {
                JsonNode annotations = object.at("/metadata/annotations");
                row.add(annotations.path(Ownership.DERIVED_SERVICE).asString(NONE));
                row.add(annotations.path(Ownership.LISTENERS).asString(NONE));
                row.add(messages(object));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    static List<String> clusters(JsonNode serviceImport) {
        return serviceImport
                .at("/status/clusters")
                .valueStream()
                .map(cluster -> cluster.path("cluster").asString(""))
                .toList();
    }

    /// Such as `False/NoService`; the reason only where something is not as it should be.
    static String condition(JsonNode object, String type) {
        return object.at("/status/conditions")
                .valueStream()
                .filter(condition -> condition.path("type").asString("").equals(type))
                .map(condition -> {
                    String status = condition.path("status").asString("");
                    boolean fine = status.equals(type.equals("Conflict") ? "False" : "True");
                    return fine
                            ? status
                            : status + "/" + condition.path("reason").asString("");
                })
                .findFirst()
                .orElse(NONE);
    }

    private static String messages(JsonNode object) {
        return orNone(object.at("/status/conditions")
                .valueStream()
                .map(condition -> condition.path("message").asString(""))
                .filter(message -> !message.isEmpty())
                .distinct()
                .collect(Collectors.joining("; ")));
    }

    private static String ports(JsonNode ports) {
        return orNone(ports.valueStream()
                .map(port -> {
                    String protocol = port.path("appProtocol")
                            .asString(port.path("protocol").asString("TCP"));
                    return port.path("port").asInt(0) + "/" + protocol;
                })
                .collect(Collectors.joining(",")));
    }

    private static String key(JsonNode object) {
        return object.at("/metadata/namespace").asString("") + "/"
                + object.at("/metadata/name").asString("");
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static String document(List<JsonNode> items, Form form) {
        ObjectNode list = new JsonMapper().createObjectNode();
        list.put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(items);
        return form == Form.YAML
                ? new YAMLMapper().writeValueAsString(list)
                : new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n";
    }
}
