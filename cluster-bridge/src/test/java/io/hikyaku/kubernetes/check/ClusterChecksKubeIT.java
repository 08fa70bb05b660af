package io.hikyaku.kubernetes.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.check.CheckResult.Verdict;
import io.hikyaku.kubernetes.inspect.KubeTarget;
import io.hikyaku.kubernetes.mcs.McsCrds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Each trouble in a real cluster, found and mended as the check says.
@Tag("patient")
@Timeout(120)
class ClusterChecksKubeIT {
    private static final String DNS = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: coredns, namespace: kube-system}
            data:
              Corefile: |
            %s
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
            spec:
              selector: {matchLabels: {k8s-app: kube-dns}}
              template:
                metadata: {labels: {k8s-app: kube-dns}}
                spec:
                  serviceAccountName: %s
                  containers: [{name: coredns, image: "registry.example/coredns:%s"}]
            """;
    private static final String PLAIN = ".:53 {\n  kubernetes cluster.local {\n    ignore empty_service\n  }\n}\n";

    private static KubeCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startKubernetes() throws Exception {
        cluster = KubeCluster.start();
    }

    @AfterAll
    static void stopKubernetes() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whatIsMissingIsFoundAndWhatIsThereIsFine() throws Exception {
        // Given
        String namespace = cluster.namespace();
        Map<String, CheckResult> before = check(namespace);

        // When
        cluster.apply(McsCrds.yaml());
        cluster.kubectl("wait", "--for=condition=Established", "--all", "crd");
        cluster.apply(DNS.formatted(PLAIN.indent(4), namespace, "1.12.1"));
        Map<String, CheckResult> plain = check(namespace);
        String corrected = ClusterChecks.correctedCorefile(target(namespace), "test");
        cluster.apply(DNS.formatted(corrected.indent(4), namespace, "1.12.2"));
        cluster.kubectl(
                "create",
                "clusterrole",
                namespace,
                "--verb=list,watch",
                "--resource=serviceimports.multicluster.x-k8s.io");
        cluster.kubectl(
                "create",
                "clusterrolebinding",
                namespace,
                "--clusterrole=" + namespace,
                "--serviceaccount=kube-system:" + namespace);
        Map<String, CheckResult> after = check(namespace);

        // Then
        assertEquals(Verdict.OK, before.get("API server").verdict());
        assertEquals(Verdict.FAIL, before.get("bridge").verdict());
        assertEquals(Verdict.FAIL, before.get("serviceexports").verdict());
        assertEquals(Verdict.FAIL, before.get("serviceimports").verdict());
        assertEquals(Verdict.WARN, before.get("DNS").verdict());
        assertEquals(Verdict.OK, plain.get("serviceexports").verdict());
        assertEquals(Verdict.FAIL, plain.get("DNS").verdict());
        assertEquals(Verdict.WARN, plain.get("DNS of services without bridges").verdict());
        assertEquals(Verdict.FAIL, plain.get("CoreDNS version").verdict());
        assertEquals(Verdict.FAIL, plain.get("CoreDNS rights").verdict());
        for (String each : List.of("DNS", "CoreDNS version", "CoreDNS rights")) {
            assertEquals(Verdict.OK, after.get(each).verdict(), each);
        }
        assertEveryTroubleSaysHowToMendIt(before, plain, after);
    }

    @Test
    void theBridgesRightsPodsAndIdentityAreLookedAt() throws Exception {
        // Given
        String namespace = cluster.namespace();
        cluster.apply(bridge(namespace));
        Map<String, CheckResult> before = check(namespace);
        String account = "rights of " + namespace + "/hikyaku-bridge";

        // When
        Path ca = folder.resolve("ca");
        Path identity = folder.resolve("identity");
        Authority.init("prod", ca, Instant::now).issue(Member.cluster("prod", "tokyo"), identity, Duration.ofDays(90));
        cluster.kubectl("-n", namespace, "create", "secret", "generic", "id", "--from-file=" + identity);
        cluster.kubectl(
                "create",
                "clusterrolebinding",
                namespace,
                "--clusterrole=cluster-admin",
                "--serviceaccount=" + namespace + ":hikyaku-bridge");
        Map<String, CheckResult> after = check(namespace);

        // Then
        assertEquals(Verdict.OK, before.get("bridge").verdict());
        assertEquals(Verdict.FAIL, before.get(account).verdict());
        assertEquals(Verdict.FAIL, before.get("identity").verdict());
        assertEquals(Verdict.FAIL, before.get("pods").verdict());
        assertEquals(Verdict.WARN, before.get("tls://127.0.0.1:1").verdict());
        assertEquals(
                Verdict.OK, after.get(account).verdict(), after.get(account).found());
        assertEquals(
                Verdict.OK,
                after.get("identity").verdict(),
                after.get("identity").found());
        assertEveryTroubleSaysHowToMendIt(before, after);
    }

    @Test
    void whoeverMayReadNothingIsToldWhatWasSkipped() throws Exception {
        // Given
        Path nobody = cluster.serviceAccount("{apiGroups: [''], resources: [services], verbs: [get]}");

        // When
        Map<String, CheckResult> results = byName(ClusterChecks.run(
                new KubeTarget(Optional.of(nobody), Optional.empty(), Optional.of("hikyaku")),
                Optional.empty(),
                "test"));

        // Then
        assertEquals(Verdict.OK, results.get("API server").verdict());
        assertEquals(Verdict.SKIPPED, results.get("bridge").verdict());
        assertEquals(Verdict.SKIPPED, results.get("DNS").verdict());
        assertEveryTroubleSaysHowToMendIt(results);
    }

    @Test
    void anApiServerThatIsAwayIsTheOnlyFinding() throws Exception {
        // Given
        Path away = Files.writeString(
                folder.resolve("away"),
                Files.readString(cluster.kubeconfig()).replaceAll("server: .*", "server: https://127.0.0.1:1"));

        // When
        List<CheckResult> results = ClusterChecks.run(
                new KubeTarget(Optional.of(away), Optional.empty(), Optional.empty()), Optional.empty(), "test");

        // Then
        assertEquals(
                List.of(Verdict.FAIL),
                results.stream().map(CheckResult::verdict).toList());
    }

    @SafeVarargs
    private static void assertEveryTroubleSaysHowToMendIt(Map<String, CheckResult>... all) {
        for (Map<String, CheckResult> results : all) {
            results.values()
                    .forEach(result -> assertTrue(
                            result.verdict() == Verdict.OK || !result.mend().isEmpty(), result.toString()));
        }
    }

    private static KubeTarget target(String namespace) {
        return new KubeTarget(Optional.of(cluster.kubeconfig()), Optional.empty(), Optional.of(namespace));
    }

    private static Map<String, CheckResult> check(String namespace) throws Exception {
        return byName(ClusterChecks.run(target(namespace), Optional.empty(), "test"));
    }

    private static Map<String, CheckResult> byName(List<CheckResult> results) {
        return results.stream().collect(Collectors.toMap(CheckResult::check, result -> result, (one, _) -> one));
    }

    private static String bridge(String namespace) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: bridge, namespace: %1$s}
                data:
                  bridge.yaml: |
                    mesh: prod
                    cluster: tokyo
                    identity: {directory: /etc/hikyaku/identity}
                    links: [{relay: "tls://127.0.0.1:1"}]
                    kubernetes: {service: hikyaku-bridge}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: hikyaku-bridge
                  namespace: %1$s
                  labels: {app.kubernetes.io/part-of: hikyaku, app.kubernetes.io/component: bridge}
                spec:
                  selector: {matchLabels: {app: bridge}}
                  template:
                    metadata: {labels: {app: bridge}}
                    spec:
                      serviceAccountName: hikyaku-bridge
                      containers: [{name: bridge, image: "hikyaku/bridge:1"}]
                      volumes:
                        - {name: config, configMap: {name: bridge}}
                        - {name: identity, secret: {secretName: id}}
                """.formatted(namespace);
    }
}
