package io.hikyaku.kubernetes.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.kubernetes.check.CheckResult.Verdict;
import io.hikyaku.kubernetes.mcs.CrdRelease;
import io.hikyaku.status.NodeStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What the checks make of objects and answers.
class VerdictsTest {
    private static final PortRange PORTS = new PortRange(20_000, 29_999);
    private static final Map<String, String> BRIDGES = Map.of("app.kubernetes.io/name", "hikyaku-bridge");
    private static final Map<String, String> NAMESPACE = Map.of("kubernetes.io/metadata.name", "hikyaku");

    @ParameterizedTest
    @CsvSource({
        "registry.k8s.io/coredns/coredns:v1.12.1, FAIL",
        "coredns/coredns:1.9.4, FAIL",
        "example.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.11.4-eksbuild.2, FAIL",
        "rancher/mirrored-coredns-coredns:1.12.2, OK",
        "registry.k8s.io/coredns/coredns:v1.14.0, OK",
        "registry.example:5000/coredns:v2.0.0@sha256:00, OK",
        "coredns@sha256:0123, SKIPPED",
        "registry.example:5000/coredns, SKIPPED",
        "'', SKIPPED",
    })
    void anImageSaysWhetherCoreDnsIsNewEnough(String image, Verdict expected) {
        // When
        CheckResult result = DnsCheck.version(image, false);

        // Then
        assertEquals(expected, result.verdict(), result.found());
    }

    @Test
    void whereServicesHaveAliasesDnsIsAWarningOnly() {
        // When
        List<CheckResult> results = DnsCheck.of(Corefile.of(".:53 {\n  kubernetes cluster.local\n}\n"), true);

        // Then
        assertEquals(
                List.of(Verdict.WARN),
                results.stream().map(CheckResult::verdict).toList());
    }

    @ParameterizedTest
    @CsvSource({"v1.29.9, WARN", "v1.30.0, OK", "v1.35.4+k3s1, OK", "v2.0.0, OK"})
    void anOldKubernetesIsAWarning(String version, Verdict expected) {
        // When
        CheckResult result = ApiServerCheck.of(version, "https://192.0.2.1");

        // Then
        assertEquals(expected, result.verdict());
    }

    @ParameterizedTest
    @CsvSource({"v0.4.1, WARN", "v0.5.2, OK", "v9.0.0, OK", "'', WARN"})
    void definitionsOlderThanOursAreAWarning(String release, Verdict expected) {
        // Given
        String labels = release.isEmpty() ? "" : "'" + CrdRelease.VERSION + "': '" + release + "'";

        // When
        CheckResult result = DefinitionsCheck.of(
                "serviceexports", List.of("v1beta1"), json("{metadata: {labels: {" + labels + "}}}"));

        // Then
        assertEquals(expected, result.verdict(), result.found());
    }

    @Test
    void aPolicyThatAdmitsNobodyAtTheListenersIsAWarning() {
        // Given
        JsonNode closed = policy("hikyaku", "podSelector: {}, policyTypes: [Ingress]");
        JsonNode open = policy(
                "hikyaku",
                "podSelector: {}, ingress: [{ports: [{port: 20000, endPort: 29999}], from:"
                        + " [{namespaceSelector: {}}]}]");
        JsonNode elsewhere = policy("shop", "podSelector: {}, policyTypes: [Ingress]");
        JsonNode ofOthers = policy("hikyaku", "podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress]");

        // When
        CheckResult stopped = PolicyCheck.ingress(List.of(closed), "hikyaku", BRIDGES, PORTS);
        CheckResult admitted = PolicyCheck.ingress(List.of(closed, open), "hikyaku", BRIDGES, PORTS);
        CheckResult untouched = PolicyCheck.ingress(List.of(elsewhere, ofOthers), "hikyaku", BRIDGES, PORTS);

        // Then
        assertEquals(Verdict.WARN, stopped.verdict());
        assertEquals(Verdict.OK, admitted.verdict());
        assertEquals(Verdict.OK, untouched.verdict());
    }

    @Test
    void aPolicyThatLetsNobodyOutWhereServicesAreImportedIsAWarning() {
        // Given
        JsonNode closed = policy("shop", "podSelector: {}, policyTypes: [Egress]");
        JsonNode toBridge = policy(
                "shop",
                "podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchExpressions: [{key:"
                        + " kubernetes.io/metadata.name, operator: In, values: [hikyaku]}]}}]}]");

        // When
        CheckResult stopped = PolicyCheck.egress(List.of(closed), "hikyaku", NAMESPACE, Set.of("shop"));
        CheckResult led = PolicyCheck.egress(List.of(closed, toBridge), "hikyaku", NAMESPACE, Set.of("shop"));
        CheckResult none = PolicyCheck.egress(List.of(closed), "hikyaku", NAMESPACE, Set.of("other"));

        // Then
        assertEquals(Verdict.WARN, stopped.verdict());
        assertTrue(stopped.found().endsWith("in shop"), stopped.found());
        assertEquals(Verdict.OK, led.verdict());
        assertEquals(Verdict.OK, none.verdict());
    }

    @Test
    void aLinkThatABridgeHasUpIsFineHoweverThingsLookFromHere() {
        // Given
        NodeStatus.Link up = new NodeStatus.Link("tls://r:1", true, true, "01", null, 1L, 0, null);
        NodeStatus.Link down = new NodeStatus.Link("tls://r:1", true, false, null, null, null, 0, "no route");

        // When
        CheckResult fine = ReachCheck.of("tls://r:1", Optional.of("timed out"), Map.of("a", up));
        CheckResult broken = ReachCheck.of("tls://r:1", Optional.empty(), Map.of("a", up, "b", down));
        CheckResult unknown = ReachCheck.of("tls://r:1", Optional.of("timed out"), Map.of());

        // Then
        assertEquals(Verdict.OK, fine.verdict());
        assertEquals(Verdict.FAIL, broken.verdict());
        assertTrue(broken.found().contains("b: no route"), broken.found());
        assertEquals(Verdict.WARN, unknown.verdict());
    }

    private static JsonNode policy(String namespace, String spec) {
        return json("{metadata: {name: p, namespace: " + namespace + "}, spec: {" + spec + "}}");
    }

    /// In YAML's flow style, which has fewer quotes.
    private static JsonNode json(String flow) {
        return new YAMLMapper().readTree(flow);
    }
}
