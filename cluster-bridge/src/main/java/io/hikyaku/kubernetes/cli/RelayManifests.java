package io.hikyaku.kubernetes.cli;

import io.hikyaku.kubernetes.cli.ManifestsCommand.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.node.ObjectNode;

/// The objects of relays: each replica has a configuration and a Service of its own.
final class RelayManifests {
    private static final String NAME = "hikyaku-relay";
    private static final Predicate<ObjectNode> OF_A_REPLICA = object -> object.at("/metadata/labels")
            .path("hikyaku.io/service")
            .asString("")
            .equals("replica");

    private RelayManifests() {}

    static Manifests with(ManifestValues values) {
        Manifests manifests = new Manifests(Program.RELAY, "namespace.yaml", "workload.yaml");
        ObjectNode workload = manifests.one("StatefulSet");
        ObjectNode example = manifests.remove(OF_A_REPLICA).getFirst();
        ObjectNode files = manifests.addConfigMap(workload);
        for (int ordinal = 0; ordinal < values.replicas(); ordinal++) {
            files.put(NAME + "-" + ordinal + ".yaml", configuration(manifests, values, ordinal));
            manifests.add(service(example, values.serviceType(), ordinal));
        }
        manifests.place(values, workload);
        return manifests;
    }

    private static String configuration(Manifests manifests, ManifestValues values, int ordinal) {
        ObjectNode configuration = manifests.configuration(NAME + "-0.yaml");
        List<String> peers = new ArrayList<>(values.links());
        for (int before = 0; before < ordinal; before++) {
            peers.add("tls://" + NAME + "-" + before + "." + NAME + ":7443");
        }
        configuration.put("mesh", values.mesh());
        Manifests.replace(configuration, "peers", peers);
        return Manifests.configurationText(configuration);
    }

    private static ObjectNode service(ObjectNode example, String type, int ordinal) {
        ObjectNode service = example.deepCopy();
        service.withObject("metadata").put("name", NAME + "-" + ordinal);
        ObjectNode spec = service.withObject("spec").put("type", type);
        spec.withObject("selector").put("apps.kubernetes.io/pod-index", String.valueOf(ordinal));
        return service;
    }
}
