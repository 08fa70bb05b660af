package io.hikyaku.kubernetes.cli;

import io.hikyaku.kubernetes.cli.ManifestsCommand.Program;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A bridge's objects.
final class BridgeManifests {
    private BridgeManifests() {}

    static Manifests with(ManifestValues values) {
        boolean everywhere = values.namespaces().isEmpty();
        Manifests manifests = new Manifests(
                Program.BRIDGE, "namespace.yaml", "workload.yaml", everywhere ? "rbac.yaml" : "rbac-namespaces.yaml");
        ObjectNode deployment = manifests.one("Deployment");
        manifests.addConfigMap(deployment).put("bridge.yaml", configuration(manifests, values));
        List<ObjectNode> examples = manifests.remove(BridgeManifests::isExample);
        manifests.place(values, deployment);
        if (!everywhere) {
            grantIn(values.namespaces(), examples, manifests);
            admitFrom(values.namespaces(), manifests);
        }
        bind(manifests, values.namespace());
        return manifests;
    }

    private static String configuration(Manifests manifests, ManifestValues values) {
        ObjectNode configuration = manifests.configuration("bridge.yaml");
        configuration.put("mesh", values.mesh()).put("cluster", values.cluster());
        ArrayNode links = configuration.putArray("links");
        values.links().forEach(url -> links.addObject().put("relay", url));
        if (!values.namespaces().isEmpty()) {
            Manifests.replace(configuration.withObject("kubernetes"), "namespaces", values.namespaces());
        }
        return Manifests.configurationText(configuration);
    }

    /// The Role and its binding for the namespace `example`, once for each of these.
    private static void grantIn(List<String> namespaces, List<ObjectNode> examples, Manifests manifests) {
        for (String namespace : namespaces) {
            for (ObjectNode example : examples) {
                ObjectNode granted = example.deepCopy();
                granted.withObject("metadata").put("namespace", namespace);
                manifests.add(granted);
            }
        }
    }

    private static boolean isExample(ObjectNode object) {
        return object.at("/metadata/namespace").asString("").equals("example");
    }

    private static void admitFrom(List<String> namespaces, Manifests manifests) {
        ObjectNode callers = (ObjectNode) manifests.one("NetworkPolicy").at("/spec/ingress/0");
        ObjectNode in = callers.putArray("from")
                .addObject()
                .putObject("namespaceSelector")
                .putArray("matchExpressions")
                .addObject();
        in.put("key", "kubernetes.io/metadata.name").put("operator", "In");
        Manifests.replace(in, "values", namespaces);
    }

    /// Rights belong to the service account in the bridge's namespace, and what is cluster-wide carries that in its
    /// name.
    private static void bind(Manifests manifests, String namespace) {
        String name = "hikyaku-bridge:" + namespace;
        manifests.one("ClusterRole").withObject("metadata").put("name", name);
        ObjectNode binding = manifests.one("ClusterRoleBinding");
        binding.withObject("metadata").put("name", name);
        binding.withObject("roleRef").put("name", name);
        manifests.stream()
                .flatMap(object -> object.path("subjects").valueStream())
                .map(JsonNode::asObject)
                .forEach(subject -> subject.put("namespace", namespace));
    }
}
