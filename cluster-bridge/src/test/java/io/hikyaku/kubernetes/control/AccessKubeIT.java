package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hikyaku.config.kubernetes.CrdInstall;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.FaultyApiServer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.mcs.McsCrds;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/// A bridge with the rights that the chart gives it, or with fewer, in a cluster that knows nothing of services of
/// other clusters before.
@Timeout(300)
class AccessKubeIT {
    private static final String OSAKA_LISTENS = "127.0.0.9";
    private static final String TOKYO_LISTENS = "127.0.0.10";
    private static final String CHART = Path.of("../deploy/chart/hikyaku-bridge")
            .toAbsolutePath()
            .normalize()
            .toString();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static KubeCluster bare;
    private static KubeCluster full;
    private static KubeSide osaka;
    private static WebPod pod;

    private final String namespace = "access-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
    private final ServiceName web = new ServiceName(namespace, "web");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private KubeMesh mesh;

    @BeforeAll
    static void start() throws Exception {
        bare = KubeCluster.start();
        full = KubeCluster.shared("mcs", "controller-manager");
        osaka = KubeSide.of(full, VERTX);
        pod = WebPod.named("pod of osaka");
    }

    @AfterAll
    static void end() throws Exception {
        osaka.close();
        pod.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        bare.close();
    }

    @BeforeEach
    void startAMesh() throws Exception {
        log.start();
        root().addAppender(log);
        mesh = new KubeMesh(folder);
        mesh.bridge("osaka", full.kubeconfig(), OSAKA_LISTENS, "");
        osaka.namespace(namespace);
    }

    @AfterEach
    void endTheMesh() throws Exception {
        mesh.close();
        root().detachAppender(log);
        osaka.unexport(web);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger("io.hikyaku.kubernetes");
    }

    private List<String> warnings() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /// A release of the chart, without its pods.
    ///
    /// @return its service account's kubeconfig
    private Path installed(String release, String... values) throws Exception {
        String all = "mesh=prod,cluster=tokyo,links[0].relay=tls://r1:7443"
                + (values.length == 0 ? "" : "," + String.join(",", values));
        bare.kubectl("create", "namespace", release);
        for (String part : List.of("rbac", "serviceaccount")) {
            bare.apply(bare.helm(
                    "template",
                    release,
                    CHART,
                    "--namespace",
                    release,
                    "--set",
                    "fullnameOverride=" + release + "," + all,
                    "--show-only",
                    "templates/" + part + ".yaml"));
        }
        return bare.token(release, release);
    }

    private void useAll(KubeSide tokyo) throws Exception {
        osaka.web(web, pod);
        osaka.export(web);
        tokyo.awaitImported(web, "osaka");
        Await.until(
                "it answers",
                () -> WebPod.call(TOKYO_LISTENS, tokyo.listener(web, "osaka", "http"))
                        .equals("pod of osaka"));
        tokyo.service(
                web,
                "{ ports: [ { name: other, port: 80 } ] }",
                "[ { addresses: [ 10.1.2.3 ] } ]",
                "[ { name: other, port: 1 } ]");
        tokyo.export(web);
        tokyo.awaitCondition(web, "Conflict", "True/PortConflict");
        Await.until("people are told", () -> tokyo.warnings(web).contains("PortConflict"));
        tokyo.unexport(web);
        osaka.unexport(web);
        Await.until("it is gone", () -> tokyo.imported(web) == null);
        assertNull(tokyo.derived(web));
    }

    /// It installs the definitions, too.
    @Test
    void theChartsRightsAreEnough() throws Exception {
        // Given
        String release = "all-" + NUMBERS.incrementAndGet();
        Path account = installed(release);

        // When
        mesh.bridge("tokyo", mesh.relay(), account, release, TOKYO_LISTENS, "");
        bare.kubectl("create", "namespace", namespace);

        // Then
        try (KubeSide tokyo = KubeSide.of(bare, VERTX)) {
            useAll(tokyo);
        }
        assertEquals(List.of(), warnings());
    }

    @Test
    void theRightsForSomeNamespacesAreEnoughForThese() throws Exception {
        // Given
        String release = "some-" + NUMBERS.incrementAndGet();
        bare.kubectl("create", "namespace", namespace);
        bare.apply(McsCrds.yaml());
        Path account = installed(
                release,
                "kubernetes.namespaces={" + namespace + "}",
                "kubernetes.crds=never",
                "rbac.clusterScoped=false");

        // When
        mesh.bridge(
                "tokyo",
                mesh.relay(),
                account,
                release,
                TOKYO_LISTENS,
                ", namespaces: [ " + namespace + " ], crds: never");

        // Then
        try (KubeSide tokyo = KubeSide.of(bare, VERTX)) {
            useAll(tokyo);
        }
        assertEquals(List.of(), warnings());
    }

    /// @param rule of the chart's, by what it is about
    @ParameterizedTest
    @CsvSource({"serviceexports, true", "namespaces, true", "services, false", "leases, false"})
    void oneRightThatIsMissingIsToldAndTheRestWorks(String rule, boolean imports) throws Exception {
        // Given
        bare.apply(McsCrds.yaml());
        bare.kubectl("create", "namespace", namespace);
        String release = "less-" + NUMBERS.incrementAndGet();
        Path account = installed(release);
        boolean own = rule.equals("leases");
        String kind = own ? "role" : "clusterrole";
        String name = own ? release + "-own" : release + ":" + release;
        String scope = own ? "--namespace=" + release : "--all-namespaces=false";
        String before = bare.kubectl("get", kind, name, scope, "-o", "yaml");
        bare.apply(before.replaceAll("(?m)^  - " + rule + "$", "  - nothings")
                .replaceAll("(?m)^  (resourceVersion|uid|creationTimestamp): .*\n", ""));
        osaka.web(web, pod);
        osaka.export(web);
        try (KubeSide tokyo = KubeSide.of(bare, VERTX);
                FaultyApiServer counted = FaultyApiServer.before(account)) {
            tokyo.web(web, pod);
            tokyo.export(web);

            // When
            long start = System.nanoTime();
            mesh.bridge("tokyo", mesh.relay(), counted.kubeconfig(folder), release, TOKYO_LISTENS, "");

            // Then
            Await.until(
                    "it is told",
                    () -> warnings().stream()
                            .anyMatch(warning -> warning.contains("may not")
                                    && warning.toLowerCase(Locale.ROOT).contains(rule.substring(0, 5))));
            if (imports) {
                Await.until("it is imported", () -> tokyo.importers(web).contains("osaka"));
            }
            if (rule.equals("services")) {
                tokyo.awaitCondition(web, "Ready", "False/Failed");
                assertTrue(tokyo.conditions(web).get("Ready").message().contains("may not read services"));
            }
            Await.until("some time has passed", () -> System.nanoTime() - start > TimeUnit.SECONDS.toNanos(8));
            long asked = counted.counts().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            System.out.println(
                    "without " + rule + ": " + asked + " requests in " + seconds + " s: " + counted.counts());
            assertTrue(asked < 60 + 5 * seconds, () -> asked + " requests");

            // When
            bare.apply(before.replaceAll("(?m)^  (resourceVersion|uid|creationTimestamp): .*\n", ""));

            // Then
            Await.until("all is as it should be", () -> tokyo.importers(web).equals(List.of("osaka", "tokyo")));
            tokyo.awaitCondition(web, "Ready", "True/Exported");
            tokyo.unexport(web);
            osaka.unexport(web);
            Await.until("it is gone", () -> tokyo.imported(web) == null);
        }
    }

    @Test
    void aClusterThatKnowsOnlyTheFirstVersionIsServedInIt() throws Exception {
        // Given
        bare.apply(McsCrds.yaml());
        bare.kubectl("create", "namespace", namespace);
        serveNewest(false);
        try (KubeSide tokyo = KubeSide.of(bare, VERTX)) {
            assertEquals("multicluster.x-k8s.io/v1alpha1", tokyo.api.apiVersion());

            // When
            mesh.bridge("tokyo", mesh.relay(), bare.kubeconfig(), "default", TOKYO_LISTENS, ", crds: never");

            // Then
            useAll(tokyo);
        } finally {
            serveNewest(true);
        }
    }

    private static void serveNewest(boolean served) throws Exception {
        for (String kind : List.of("serviceexports", "serviceimports")) {
            String crd = kind + ".multicluster.x-k8s.io";
            String names = bare.kubectl("get", "crd", crd, "-o", "jsonpath={.spec.versions[*].name}");
            int index = List.of(names.split(" ")).indexOf("v1beta1");
            bare.kubectl(
                    "patch",
                    "crd",
                    crd,
                    "--type=json",
                    "-p",
                    "[{\"op\":\"replace\",\"path\":\"/spec/versions/%d/served\",\"value\":%b}]"
                            .formatted(index, served));
        }
        Await.until(
                "it is so",
                () -> bare.kubectl("get", "--raw", "/apis/multicluster.x-k8s.io")
                                .contains("v1beta1")
                        == served);
    }

    /// KEP-2149: "cluster.clusterset.k8s.io … uniquely identifies the cluster".
    @Test
    void aClusterThatSaysItIsAnotherOneIsNotServed() throws Exception {
        // Given
        bare.apply(McsCrds.yaml());
        bare.apply("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata:
                  name: clusterproperties.about.k8s.io
                  annotations: { api-approved.kubernetes.io: "https://github.com/kubernetes/enhancements/pull/2149" }
                spec:
                  group: about.k8s.io
                  names: { kind: ClusterProperty, listKind: ClusterPropertyList, plural: clusterproperties }
                  scope: Cluster
                  versions:
                    - name: v1beta1
                      served: true
                      storage: true
                      schema:
                        openAPIV3Schema:
                          type: object
                          properties:
                            spec: { type: object, properties: { value: { type: string } } }
                """);
        bare.kubectl("wait", "--for=condition=Established", "crd/clusterproperties.about.k8s.io");
        bare.apply("""
                apiVersion: about.k8s.io/v1beta1
                kind: ClusterProperty
                metadata: { name: cluster.clusterset.k8s.io }
                spec: { value: elsewhere }
                """);
        KubernetesSource source = KubernetesSource.open(
                "tokyo",
                new KubernetesConfig(
                        Optional.of(bare.kubeconfig()),
                        Optional.empty(),
                        List.of(),
                        Optional.of("default"),
                        Optional.empty(),
                        List.of(KubeMesh.BRIDGES),
                        TOKYO_LISTENS,
                        PortRange.parse("20000-20100"),
                        false,
                        CrdInstall.NEVER),
                "test");
        try {
            // When
            source.start(services -> {});

            // Then
            Await.until("it says so", () -> source.notReady().orElse("").contains("is \"elsewhere\", but"));
            assertTrue(warnings().getFirst().contains("configured as cluster \"tokyo\""), () -> "" + warnings());

            // When
            bare.kubectl(
                    "patch",
                    "clusterproperty",
                    "cluster.clusterset.k8s.io",
                    "--type=merge",
                    "-p",
                    "{\"spec\":{\"value\":\"tokyo\"}}");

            // Then
            Await.until("it is ready", () -> source.notReady().isEmpty());
        } finally {
            source.close();
            bare.kubectl("delete", "crd", "clusterproperties.about.k8s.io");
        }
    }
}
