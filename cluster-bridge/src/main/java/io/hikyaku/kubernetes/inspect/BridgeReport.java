package io.hikyaku.kubernetes.inspect;

import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How a cluster's bridge is, all of its pods together.
public final class BridgeReport {
    private BridgeReport() {}

    /// @param json each pod's own status, by the pod's name, instead of tables
    /// @throws IOException if there is no bridge, or none of its pods answers
    public static String text(KubeTarget target, boolean json, String version) throws IOException {
        try (RawApi api = RawApi.open(target, version)) {
            List<PodStatus> pods = PodStatus.ask(api, target.namespace().orElse("hikyaku"));
            return json ? json(pods) : new StatusFold(pods).text();
        }
    }

    private static String json(List<PodStatus> pods) {
        JsonMapper mapper = new JsonMapper();
        ObjectNode all = mapper.createObjectNode();
        for (PodStatus pod : pods) {
            pod.status()
                    .ifPresentOrElse(
                            status -> all.set(
                                    pod.pod().name(),
                                    mapper.readTree(new String(NodeStatusJson.write(status), StandardCharsets.UTF_8))),
                            () -> all.putObject(pod.pod().name()).put("trouble", pod.trouble()));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    }
}
