package io.hikyaku.kubernetes.check;

import io.hikyaku.kubernetes.inspect.BridgeInstall;
import io.hikyaku.kubernetes.inspect.BridgePod;
import io.hikyaku.status.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Whether the bridge's pods are ready and alike, and how their Kubernetes side fares.
final class PodsCheck {
    private static final String PODS = "pods";

    private PodsCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) {
        BridgeInstall install = cluster.install().orElseThrow();
        List<BridgePod> pods =
                install.pods().stream().filter(pod -> !pod.isEnding()).toList();
        List<CheckResult> results = new ArrayList<>();
        results.add(ready(install, pods));
        results.add(alike(cluster.namespace(), install.name(), pods, cluster.statuses()));
        if (cluster.config().map(config -> config.kubernetes().isPresent()).orElse(false)) {
            results.addAll(sides(cluster.statuses()));
        }
        return results;
    }

    static CheckResult ready(BridgeInstall install, List<BridgePod> pods) {
        List<BridgePod> waiting = pods.stream().filter(pod -> !pod.isReady()).toList();
        int ready = pods.size() - waiting.size();
        String found = ready + " of " + install.replicas() + " ready";
        if (ready >= install.replicas() && waiting.isEmpty()) {
            return CheckResult.ok(PODS, found);
        }
        String why = waiting.stream()
                .findFirst()
                .map(pod -> found + "; " + pod.name() + ": " + pod.trouble())
                .orElse(found);
        String mend = "kubectl -n " + install.namespace() + " describe "
                + waiting.stream()
                        .findFirst()
                        .map(pod -> "pod " + pod.name() + ", and its logs")
                        .orElse("deployment " + install.name());
        return ready > 0 ? CheckResult.warn(PODS, why, mend) : CheckResult.fail(PODS, why, mend);
    }

    /// By what they say, and for those that say nothing by their image.
    static CheckResult alike(
            String namespace, String deployment, List<BridgePod> pods, Map<String, NodeStatus> statuses) {
        TreeSet<String> versions = new TreeSet<>();
        boolean all = pods.stream().allMatch(pod -> statuses.containsKey(pod.name()));
        for (BridgePod pod : pods) {
            NodeStatus status = statuses.get(pod.name());
            versions.add(all && status != null ? status.version() : pod.image());
        }
        String found = String.join(", ", versions);
        return versions.size() > 1
                ? CheckResult.warn(
                        "version",
                        found,
                        "kubectl -n " + namespace + " rollout status deployment " + deployment
                                + " says whether a change is still being rolled out")
                : CheckResult.ok("version", found);
    }

    static List<CheckResult> sides(Map<String, NodeStatus> statuses) {
        List<CheckResult> results = new ArrayList<>();
        int leaders = 0;
        for (Map.Entry<String, NodeStatus> each : statuses.entrySet()) {
            NodeStatus.Kubernetes side = each.getValue().kubernetes();
            if (side != null && side.leads()) {
                leaders++;
            }
            if (side == null || !side.watching()) {
                results.add(CheckResult.fail(
                        "watch of " + each.getKey(),
                        "the API server tells it of no changes",
                        "its log says why: kubectl logs " + each.getKey()));
            } else if (side.failing() > 0) {
                results.add(CheckResult.warn(
                        "services of " + each.getKey(),
                        side.failing() + " services cannot be put in place",
                        "its log says which and why: kubectl logs " + each.getKey()));
            }
            each.getValue()
                    .findings()
                    .forEach(finding -> results.add(CheckResult.warn(
                            "left out by " + each.getKey(), finding, "offer the service in one place only")));
        }
        if (leaders != 1 && !statuses.isEmpty()) {
            results.add(CheckResult.warn(
                    "leader", leaders + " of " + statuses.size() + " lead", "run the check again in 15 seconds"));
        }
        return results;
    }
}
