package io.hikyaku.kubernetes.check;

import io.hikyaku.kubernetes.inspect.RawApi;
import io.hikyaku.kubernetes.mcs.CrdRelease;
import io.hikyaku.kubernetes.mcs.McsCrds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// Whether the types of the Multi-Cluster Services API are there, and how old they are.
final class DefinitionsCheck {
    private static final String GROUP = "/apis/multicluster.x-k8s.io";
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    private static final List<String> TYPES = List.of("serviceexports", "serviceimports");
    private static final String MEND = "let the bridge install them (kubernetes.crds: ifMissingOrOlder), or kubectl"
            + " apply --server-side those of sigs.k8s.io/mcs-api, config/crd";

    private DefinitionsCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) throws IOException {
        Optional<JsonNode> group = cluster.api().get(GROUP);
        List<CheckResult> results = new ArrayList<>();
        for (String type : TYPES) {
            results.add(group.isEmpty() ? missing(type) : look(cluster.api(), type, group.get()));
        }
        return results;
    }

    private static CheckResult look(RawApi api, String type, JsonNode group) throws IOException {
        List<String> serving = new ArrayList<>();
        for (JsonNode version : group.path("versions")) {
            String name = version.path("version").asString("");
            boolean serves = api.get(GROUP + "/" + name).stream()
                    .flatMap(list -> list.path("resources").valueStream())
                    .anyMatch(resource -> resource.path("name").asString("").equals(type));
            if (serves) {
                serving.add(name);
            }
        }
        if (serving.isEmpty()) {
            return missing(type);
        }
        try {
            return api.get(DEFINITIONS + type + ".multicluster.x-k8s.io")
                    .map(definition -> of(type, serving, definition))
                    .orElseGet(() -> missing(type));
        } catch (RawApi.Forbidden unseen) {
            return CheckResult.ok(type, "served as " + String.join(", ", serving) + "; you may not see the release");
        }
    }

    private static CheckResult missing(String type) {
        return CheckResult.fail(type, "the API server does not know them", MEND);
    }

    static CheckResult of(String type, List<String> serving, JsonNode definition) {
        Map<String, String> labels = new TreeMap<>();
        definition
                .at("/metadata/labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString("")));
        CrdRelease ours = McsCrds.release();
        String found = "served as " + String.join(", ", serving) + ", release "
                + labels.getOrDefault(CrdRelease.VERSION, "not said");
        return ours.replaces(labels)
                ? CheckResult.warn(type, found + ", older than " + ours, MEND)
                : CheckResult.ok(type, found);
    }
}
