package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.deploy.ChartTool.Finished;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a real API server says to the manifests: whether it takes them where Pod Security is restricted, and which
/// rights come of them.
@Tag("patient")
@Timeout(600)
class ChartsOnApiServerIT {
    private static final String BRIDGE = "system:serviceaccount:hikyaku:hikyaku-bridge";
    private static final String CLEANUP = BRIDGE + "-cleanup";

    @TempDir
    private static Path cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startAnApiServer() throws Exception {
        Map<String, String> assets =
                Map.of("KUBEBUILDER_ASSETS", ChartTool.assets().toString());
        List<String> up = List.of(ChartTool.clusters().toString(), "up", cluster.toString(), "--with", "mcs");
        ChartTool.run(up, assets).success();
        kubectl("create", "namespace", "hikyaku").success();
        String level = "pod-security.kubernetes.io/";
        kubectl("label", "namespace", "hikyaku", level + "enforce=restricted", level + "warn=restricted")
                .success();
        kubectl("create", "namespace", "shop").success();
    }

    @AfterAll
    static void endIt() throws Exception {
        if (Files.exists(cluster.resolve("kubeconfig"))) {
            ChartTool.run(List.of(ChartTool.clusters().toString(), "down", cluster.toString()))
                    .success();
        }
    }

    /// A Deployment is taken even if its pods are not, but then with a warning that names what is wrong.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bridge | replicaCount=2",
                "bridge | kubernetes.namespaces={shop}",
                "bridge | kubernetes.enabled=false,networkPolicy.egress[0].ports[0].port=7443",
                "bridge | networkPolicy.egress[0].ports[0].port=6443,kubernetes.namespaces={shop,hikyaku},affinity"
                        + ".nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
                        + ".matchExpressions[0].key=gpu,affinity.nodeAffinity.requiredDuringSchedulingIgnored"
                        + "DuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator=DoesNotExist,"
                        + "priorityClassName=system-node-critical,imagePullSecrets[0].name=pull,commonLabels.a=b",
                "bridge | grafanaDashboard.enabled=true,networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.a=b",
                "relay  | replicaCount=2",
                "relay  | wss.enabled=true,service.type=NodePort,service.nodePorts={30743,30744},networkPolicy.from[0]"
                        + ".ipBlock.cidr=10.0.0.0/8,service.externalTrafficPolicy=Local",
            })
    void takesThemWithoutAWarning(String program, String values) throws Exception {
        // Given
        Path file = folder.resolve("manifests.yaml");
        Files.writeString(file, template(program, values));

        // When
        Finished applied = kubectl("apply", "--dry-run=server", "-f", file.toString());

        // Then
        assertEquals("", applied.err());
        assertEquals(0, applied.exit());
    }

    /// So the test above can fail.
    @Test
    void wouldWarnOfAPodThatIsNotRestricted() throws Exception {
        // Given
        Path file = folder.resolve("manifests.yaml");
        String allowed = template("bridge", "replicaCount=2");
        Files.writeString(file, allowed.replace("runAsNonRoot: true", "runAsNonRoot: false"));

        // When, then; the API server learns of the namespace's labels a little later
        Await.until(
                "it warns",
                () -> kubectl("apply", "--dry-run=server", "-f", file.toString())
                        .err()
                        .contains("would violate PodSecurity"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void takesTheKustomization(String program) throws Exception {
        // When
        String base = ChartTool.DEPLOY.resolve("kustomize/" + program).toString();
        Finished applied = kubectl("apply", "--dry-run=server", "-k", base);

        // Then
        assertTrue(!applied.err().contains("PodSecurity"), applied.err());
        assertEquals(0, applied.exit(), applied.err());
    }

    @Test
    void replacesTheConfigurationInAnOverlay() throws Exception {
        // Given
        Path base = ChartTool.DEPLOY.resolve("kustomize/bridge");
        Path config = Files.createDirectory(folder.resolve("config")).resolve("bridge.yaml");
        String text = Files.readString(base.resolve("config/bridge.yaml"));
        Files.writeString(config, text.replace("cluster: example", "cluster: tokyo"));
        Files.writeString(folder.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: hikyaku
                resources: [ %s ]
                configMapGenerator:
                  - { name: hikyaku-bridge, behavior: replace, files: [ config/bridge.yaml ] }
                generatorOptions: { disableNameSuffixHash: true }
                """.formatted(
                        folder.toRealPath().relativize(base.toRealPath())));

        // When
        Finished made = kubectl("kustomize", "--load-restrictor", "LoadRestrictionsNone", folder.toString());

        // Then
        assertTrue(made.success().contains("cluster: tokyo"), made.out());
        assertTrue(!made.out().contains("cluster: example"), made.out());
    }

    @ParameterizedTest
    @CsvSource({
        "replicaCount=2, everywhere",
        "kubernetes.namespaces={shop}, in some namespaces",
        "'kubernetes.namespaces={shop},kubernetes.crds=never,rbac.clusterScoped=false', without a ClusterRole"
    })
    void aBridgeMayDoWhatItHasToAndNothingElse(String values, String mode) throws Exception {
        // Given
        Path file = folder.resolve("rbac.yaml");
        Files.writeString(file, template("bridge", values, "--show-only", "templates/rbac.yaml"));
        kubectl("apply", "-f", file.toString()).success();
        boolean everywhere = mode.equals("everywhere");
        boolean clusterScoped = !mode.equals("without a ClusterRole");

        // When
        try {
            assertMay(true, "patch", "services", "-n", "shop");
            assertMay(true, "delete", "endpointslices.discovery.k8s.io", "-n", "shop");
            assertMay(true, "watch", "serviceexports.multicluster.x-k8s.io", "-n", "shop");
            assertMay(true, "patch", "serviceexports.multicluster.x-k8s.io", "--subresource=status", "-n", "shop");
            assertMay(false, "patch", "serviceexports.multicluster.x-k8s.io", "-n", "shop");
            assertMay(true, "create", "serviceimports.multicluster.x-k8s.io", "-n", "shop");
            assertMay(true, "patch", "serviceimports.multicluster.x-k8s.io", "--subresource=status", "-n", "shop");
            assertMay(true, "list", "pods", "-n", "shop");
            assertMay(true, "create", "events.events.k8s.io", "-n", "shop");
            assertMay(true, "get", "namespaces/shop", "-n", "shop");
            assertMay(everywhere, "list", "namespaces");
            assertMay(everywhere, "list", "services", "-n", "kube-system");
            assertMay(everywhere, "create", "services", "-n", "hikyaku");
            assertMay(true, "watch", "endpointslices.discovery.k8s.io", "-n", "hikyaku");
            assertMay(true, "watch", "pods", "-n", "hikyaku");
            assertMay(true, "patch", "leases.coordination.k8s.io", "-n", "hikyaku");
            assertMay(false, "patch", "leases.coordination.k8s.io", "-n", "kube-system");
            assertMay(clusterScoped, "create", "customresourcedefinitions.apiextensions.k8s.io");
            String ours = "customresourcedefinitions.apiextensions.k8s.io/serviceimports.multicluster.x-k8s.io";
            assertMay(clusterScoped, "patch", ours);
            assertMay(false, "patch", "customresourcedefinitions.apiextensions.k8s.io/others.example.com");
            assertMay(false, "delete", ours);
            assertMay(false, "get", "secrets", "-n", "hikyaku");
            assertMay(false, "get", "configmaps", "-n", "hikyaku");
        } finally {
            kubectl("delete", "-f", file.toString()).success();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicaCount=2", "kubernetes.namespaces={shop}"})
    void whatCleansUpMayDeleteWhatABridgeMakesAndNothingElse(String values) throws Exception {
        // Given
        Path file = folder.resolve("cleanup.yaml");
        Files.writeString(file, template("bridge", values, "--show-only", "templates/cleanup.yaml"));
        kubectl("apply", "-f", file.toString()).success();
        boolean everywhere = values.equals("replicaCount=2");

        // When
        try {
            for (String kind :
                    List.of("services", "endpointslices.discovery.k8s.io", "serviceimports.multicluster.x-k8s.io")) {
                for (String verb : List.of("get", "list", "delete")) {
                    assertMay(CLEANUP, true, verb, kind, "-n", "shop");
                    assertMay(CLEANUP, everywhere, verb, kind, "-n", "kube-system");
                }
                for (String verb : List.of("create", "update", "patch", "deletecollection")) {
                    assertMay(CLEANUP, false, verb, kind, "-n", "shop");
                }
            }
            assertMay(CLEANUP, false, "delete", "serviceexports.multicluster.x-k8s.io", "-n", "shop");
            assertMay(CLEANUP, true, "delete", "leases.coordination.k8s.io/hikyaku-bridge", "-n", "hikyaku");
            assertMay(CLEANUP, false, "delete", "leases.coordination.k8s.io/others", "-n", "hikyaku");
            assertMay(CLEANUP, true, "list", "pods", "-n", "hikyaku");
            assertMay(CLEANUP, false, "delete", "pods", "-n", "hikyaku");
            assertMay(CLEANUP, false, "list", "pods", "-n", "shop");
            assertMay(CLEANUP, false, "get", "secrets", "-n", "hikyaku");
            assertMay(BRIDGE, false, "delete", "leases.coordination.k8s.io", "-n", "hikyaku");
        } finally {
            kubectl("delete", "-f", file.toString()).success();
        }
    }

    /// Here nobody runs the Job of the hook.
    @Test
    void aHookThatDoesNotEndLeavesItsJobAndNoRights() throws Exception {
        // Given
        helm(ChartTool.required("bridge"), "install", "gone", ChartTool.chart("bridge"))
                .success();

        // When
        Finished uninstalled = helm(List.of("--timeout=3s"), "uninstall", "gone");

        // Then
        assertTrue(uninstalled.err().contains("gone-hikyaku-bridge-cleanup"), uninstalled.err());
        assertEquals(
                "job.batch/gone-hikyaku-bridge-cleanup\n",
                kubectl(
                                "get",
                                "jobs,deployments,serviceaccounts,roles,rolebindings,networkpolicies",
                                "--selector=app.kubernetes.io/instance=gone",
                                "--all-namespaces",
                                "--output=name")
                        .success());
        assertEquals(
                "",
                kubectl(
                                "get",
                                "clusterroles,clusterrolebindings",
                                "--selector=app.kubernetes.io/instance=gone",
                                "--output=name")
                        .success());
        kubectl("delete", "job", "gone-hikyaku-bridge-cleanup", "-n", "hikyaku").success();
    }

    private static Finished helm(List<String> options, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--namespace=hikyaku", "--kubeconfig=" + cluster.resolve("kubeconfig")));
        all.addAll(options);
        return ChartTool.helm(all.toArray(String[]::new));
    }

    private static void assertMay(boolean expected, String... question) throws Exception {
        assertMay(BRIDGE, expected, question);
    }

    private static void assertMay(String account, boolean expected, String... question) throws Exception {
        List<String> command = new ArrayList<>(List.of("auth", "can-i", "--as=" + account));
        command.addAll(List.of(question));
        String wanted = expected ? "yes" : "no";
        Await.until( // the API server learns of a role, or of its end, a little later
                wanted + " to " + List.of(question),
                () -> kubectl(command.toArray(String[]::new)).out().strip().equals(wanted));
    }

    private static String template(String program, String values, String... more) throws Exception {
        List<String> options = new ArrayList<>(ChartTool.required(program));
        options.addAll(List.of("--set", values));
        options.addAll(List.of(more));
        return ChartTool.template(program, options.toArray(String[]::new)).success();
    }

    private static Finished kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ChartTool.assets().resolve("kubectl").toString(),
                "--kubeconfig",
                cluster.resolve("kubeconfig").toString()));
        command.addAll(List.of(arguments));
        return ChartTool.run(command);
    }
}
