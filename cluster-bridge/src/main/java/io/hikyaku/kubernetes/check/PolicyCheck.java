package io.hikyaku.kubernetes.check;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.kubernetes.PortRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// NetworkPolicies that may stop callers on their way to the bridges. What a policy does is up to the network, so these
/// are warnings.
final class PolicyCheck {
    private static final String INGRESS = "callers at the bridge";
    private static final String EGRESS = "callers on their way";
    private static final PortRange PORTS = new PortRange(20_000, 29_999);

    private PolicyCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) throws IOException {
        List<JsonNode> policies = cluster.api().list("/apis/networking.k8s.io/v1/networkpolicies", "");
        PortRange ports = cluster.config()
                .flatMap(BridgeConfig::kubernetes)
                .map(kubernetes -> kubernetes.ports())
                .orElse(PORTS);
        Map<String, String> pods =
                cluster.install().map(install -> install.labels()).orElse(Map.of());
        Set<String> importing = new TreeSet<>();
        for (String version : List.of("v1beta1", "v1alpha1")) {
            cluster.api()
                    .list("/apis/multicluster.x-k8s.io/" + version + "/serviceimports", "")
                    .forEach(object ->
                            importing.add(object.at("/metadata/namespace").asString("")));
        }
        Map<String, String> namespace = cluster.api()
                .get("/api/v1/namespaces/" + cluster.namespace())
                .map(object -> map(object.at("/metadata/labels")))
                .orElse(Map.of());
        List<CheckResult> results = new ArrayList<>();
        if (!pods.isEmpty()) {
            results.add(ingress(policies, cluster.namespace(), pods, ports));
        }
        results.add(egress(policies, cluster.namespace(), namespace, importing));
        return results;
    }

    /// Whether pods of all namespaces may connect to the bridge's listeners.
    static CheckResult ingress(List<JsonNode> policies, String namespace, Map<String, String> pods, PortRange ports) {
        List<JsonNode> selecting = policies.stream()
                .filter(policy -> policy.at("/metadata/namespace").asString("").equals(namespace))
                .filter(policy -> matches(policy.at("/spec/podSelector"), pods))
                .filter(policy -> isOf(policy, "Ingress"))
                .toList();
        boolean admitted = selecting.isEmpty()
                || selecting.stream()
                        .flatMap(policy -> policy.at("/spec/ingress").valueStream())
                        .anyMatch(rule -> admits(rule, ports));
        if (admitted) {
            return CheckResult.ok(INGRESS, "no policy keeps them from ports " + ports);
        }
        return CheckResult.warn(
                INGRESS,
                "policies of " + namespace + " do not admit pods to ports " + ports + ": " + names(selecting),
                "add a policy that does (networkPolicy.enabled of the chart)");
    }

    private static boolean admits(JsonNode rule, PortRange range) {
        JsonNode ports = rule.path("ports");
        boolean open = ports.isEmpty()
                || ports.valueStream().anyMatch(port -> {
                    int first = port.path("port").asInt(port.path("port").isMissingNode() ? 0 : -1);
                    int last = port.path("endPort").asInt(first == 0 ? 65_535 : first);
                    return first >= 0 && first <= range.first() && last >= range.last();
                });
        boolean pods = rule.path("from").isEmpty()
                || rule.path("from")
                        .valueStream()
                        .anyMatch(peer -> !peer.path("namespaceSelector").isMissingNode());
        return open && pods;
    }

    /// Whether pods in namespaces with imported services may connect to the bridges.
    ///
    /// @param labels of the bridge's namespace
    static CheckResult egress(
            List<JsonNode> policies, String namespace, Map<String, String> labels, Set<String> importing) {
        Map<String, List<JsonNode>> closed = new TreeMap<>();
        policies.stream()
                .filter(policy ->
                        importing.contains(policy.at("/metadata/namespace").asString("")))
                .filter(policy -> isOf(policy, "Egress"))
                .forEach(policy -> closed.computeIfAbsent(
                                policy.at("/metadata/namespace").asString(""), unknown -> new ArrayList<>())
                        .add(policy));
        closed.values()
                .removeIf(all -> all.stream()
                        .flatMap(policy -> policy.at("/spec/egress").valueStream())
                        .anyMatch(rule -> leadsTo(rule, labels)));
        if (closed.isEmpty()) {
            return CheckResult.ok(EGRESS, "no policy keeps them from the bridge");
        }
        return CheckResult.warn(
                EGRESS,
                "policies may keep pods from the bridge in " + String.join(", ", closed.keySet()),
                "allow these pods egress to the pods of namespace " + namespace
                        + " (a policy sees the bridge's pods, not the address of the imported service)");
    }

    private static boolean leadsTo(JsonNode rule, Map<String, String> labels) {
        JsonNode to = rule.path("to");
        return to.isEmpty()
                || to.valueStream()
                        .anyMatch(peer -> !peer.path("ipBlock").isMissingNode()
                                || !peer.path("namespaceSelector").isMissingNode()
                                        && matches(peer.path("namespaceSelector"), labels));
    }

    /// Without `policyTypes` a policy is of ingress, and of egress if it has rules for that.
    private static boolean isOf(JsonNode policy, String type) {
        JsonNode types = policy.at("/spec/policyTypes");
        return types.isEmpty()
                ? type.equals("Ingress") || !policy.at("/spec/egress").isEmpty()
                : types.valueStream().anyMatch(each -> each.asString("").equals(type));
    }

    /// As far as a label selector goes; an expression that we do not know counts as matched.
    private static boolean matches(JsonNode selector, Map<String, String> labels) {
        return labels.entrySet().containsAll(map(selector.path("matchLabels")).entrySet())
                && selector.path("matchExpressions").valueStream().allMatch(each -> matchesOne(each, labels));
    }

    private static boolean matchesOne(JsonNode expression, Map<String, String> labels) {
        Optional<String> value =
                Optional.ofNullable(labels.get(expression.path("key").asString("")));
        boolean listed = value.stream()
                .anyMatch(has -> expression
                        .path("values")
                        .valueStream()
                        .anyMatch(one -> one.asString("").equals(has)));
        return switch (expression.path("operator").asString("")) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> value.isPresent();
            case "DoesNotExist" -> value.isEmpty();
            default -> true;
        };
    }

    private static Map<String, String> map(JsonNode object) {
        Map<String, String> map = new TreeMap<>();
        object.properties()
                .forEach(each -> map.put(each.getKey(), each.getValue().asString("")));
        return map;
    }

    private static String names(List<JsonNode> policies) {
        return String.join(
                ", ",
                policies.stream()
                        .map(policy -> policy.at("/metadata/name").asString(""))
                        .toList());
    }
}
