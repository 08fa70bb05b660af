package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the Multi-Cluster Services API's conformance suite demands and no other test here shows, with services like
/// its own: a TCP and a UDP port of one number, and affinity to client addresses. Osaka is its first cluster.
@Tag("patient")
@Timeout(120)
class ConformanceKubeIT {
    private static final String OSAKA_LISTENS = "127.0.0.12";
    private static final String TOKYO_LISTENS = "127.0.0.13";
    private static final String AFFINE = "sessionAffinity: ClientIP, sessionAffinityConfig: { clientIP: "
            + "{ timeoutSeconds: 10 } }, ipFamilyPolicy: PreferDualStack";
    private static final String PORTS = "ports: [ { name: tcp, port: 42 }, { name: udp, port: 42, protocol: UDP } ]";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static KubeSide osaka;
    private static KubeSide tokyo;
    private static KubeMesh mesh;
    private static WebPod pod;
    private static WebPod other;

    private final ServiceName hello =
            new ServiceName("conformance-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet(), "hello");

    @BeforeAll
    static void start() throws Exception {
        KubeCluster first = KubeCluster.shared("mcs", "controller-manager");
        KubeCluster second = KubeCluster.shared("mcs");
        osaka = KubeSide.of(first, VERTX);
        tokyo = KubeSide.of(second, VERTX);
        pod = WebPod.named("pod of osaka");
        other = WebPod.named("pod of tokyo");
        mesh = new KubeMesh(folder);
        mesh.bridge("osaka", first.kubeconfig(), OSAKA_LISTENS, "");
        mesh.bridge("tokyo", second.kubeconfig(), TOKYO_LISTENS, "");
    }

    @AfterAll
    static void end() throws Exception {
        mesh.close();
        osaka.close();
        tokyo.close();
        pod.close();
        other.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /// Other tests' bridges, in the same clusters, have nothing to do with what is exported here.
    @AfterEach
    void unexport() {
        osaka.unexport(hello);
        tokyo.unexport(hello);
        Await.until("nothing is imported", () -> osaka.imported(hello) == null && tokyo.imported(hello) == null);
    }

    private void namespaces() {
        osaka.namespace(hello.namespace());
        tokyo.namespace(hello.namespace());
    }

    /// A Service whose TCP ports all lead to one pod.
    ///
    /// @param ports of the Service, in YAML's flow style
    /// @param names of its TCP ports
    private void deploy(KubeSide side, WebPod to, String ports, String... names) {
        String targets = String.join(
                ", ",
                List.of(names).stream()
                        .map(name -> "{ name: %s, port: %d }".formatted(name, to.port()))
                        .toList());
        side.service(
                hello,
                "{ %s, %s }".formatted(AFFINE, ports),
                "[ { addresses: [ %s ] } ]".formatted(to.address()),
                "[ " + targets + " ]");
    }

    private void exportFromOsaka(String spec) {
        namespaces();
        deploy(osaka, pod, PORTS, "tcp");
        osaka.export(hello, spec);
        osaka.awaitImported(hello, "osaka");
    }

    /// So that the other cluster's ServiceExport is younger: they tell their age in whole seconds.
    private void awaitNextSecond() {
        Await.until(
                "the second in which it was made is over",
                () -> System.currentTimeMillis() / 1000
                        > Instants.second(osaka.api
                                .exports(osaka.client)
                                .inNamespace(hello.namespace())
                                .withName(hello.name())
                                .get()));
    }

    private Set<String> ports(KubeSide side) {
        return Set.copyOf(side.present(hello).getSpec().ports().stream()
                .map(port -> port.name() + " " + port.port() + "/" + port.protocol())
                .toList());
    }

    private String call(KubeSide side, String cluster, String port) throws InterruptedException {
        return WebPod.call(side == osaka ? OSAKA_LISTENS : TOKYO_LISTENS, side.listener(hello, cluster, port));
    }

    /// "SessionAffinity", "InternalTrafficPolicy", "TrafficDistribution" and the ports of the ServiceImport are
    /// those of the Service; of labels and annotations only those that the ServiceExport's spec names, and none of
    /// its own.
    @Test
    void anImportSaysOfTheServiceWhatTheServiceSays() {
        // Given
        namespaces();
        deploy(osaka, pod, PORTS + ", internalTrafficPolicy: Local, trafficDistribution: PreferClose", "tcp");
        osaka.client
                .services()
                .inNamespace(hello.namespace())
                .withName(hello.name())
                .edit(service -> service.edit()
                        .editMetadata()
                        .addToLabels("of", "service")
                        .addToAnnotations("of", "service")
                        .endMetadata()
                        .build());

        // When
        osaka.apply("""
                apiVersion: %s
                kind: ServiceExport
                metadata:
                  namespace: %s
                  name: hello
                  labels: { of: export }
                  annotations: { of: export }
                spec: { exportedLabels: { one: label }, exportedAnnotations: { one: annotation } }
                """.formatted(osaka.api.apiVersion(), hello.namespace()));

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(hello, "osaka");
            ServiceImport object = side.present(hello);
            assertEquals("ClientIP", object.getSpec().sessionAffinity());
            assertEquals(
                    10, object.getSpec().sessionAffinityConfig().getClientIP().getTimeoutSeconds());
            assertEquals("Local", object.getSpec().internalTrafficPolicy());
            assertEquals("PreferClose", object.getSpec().trafficDistribution());
            assertEquals(Set.of("tcp 42/TCP", "udp 42/UDP"), ports(side));
            assertEquals("label", object.getMetadata().getLabels().get("one"));
            assertEquals("annotation", object.getMetadata().getAnnotations().get("one"));
            assertNull(object.getMetadata().getLabels().get("of"));
            assertNull(object.getMetadata().getAnnotations().get("of"));
        }
    }

    /// "NodePort and LoadBalancer" are imported like any other: how a Service is exposed besides is not exported.
    @Test
    void aServiceThatIsExposedOtherwiseTooIsImportedByItsAddressAlone() {
        // Given
        namespaces();
        osaka.service(
                hello,
                "{ type: LoadBalancer, %s, %s }".formatted(AFFINE, PORTS),
                "[ { addresses: [ %s ] } ]".formatted(pod.address()),
                "[ { name: tcp, port: %d } ]".formatted(pod.port()));

        // When
        osaka.export(hello);

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(hello, "osaka");
            assertEquals("ClusterSetIP", side.present(hello).getSpec().type());
            Service derived = Objects.requireNonNull(side.derived(hello));
            assertEquals("ClusterIP", derived.getSpec().getType());
            assertEquals(Set.of("tcp 42/TCP", "udp 42/UDP"), ports(side));
        }
    }

    /// "A ServiceImport … exists as long as at least one cluster exports": nor does its address change meanwhile.
    @Test
    void anImportStaysTheSameUntilTheLastClusterUnexports() {
        // Given
        exportFromOsaka("{}");
        tokyo.awaitImported(hello, "osaka");
        String uid = tokyo.present(hello).getMetadata().getUid();
        List<String> addresses = tokyo.present(hello).getSpec().ips();

        // When, Then
        awaitNextSecond();
        deploy(tokyo, other, PORTS, "tcp");
        tokyo.export(hello);
        tokyo.awaitImported(hello, "osaka", "tokyo");
        osaka.unexport(hello);
        tokyo.awaitImported(hello, "tokyo");
        osaka.awaitImported(hello, "tokyo");
        assertEquals(uid, tokyo.present(hello).getMetadata().getUid());
        assertEquals(addresses, tokyo.present(hello).getSpec().ips());

        tokyo.unexport(hello);
        for (KubeSide side : List.of(osaka, tokyo)) {
            Await.until("it is gone", () -> side.imported(hello) == null);
            assertEquals(Map.of(), side.slices(hello));
            assertNotNull(side.client
                    .services()
                    .inNamespace(hello.namespace())
                    .withName(hello.name())
                    .get());
        }
    }

    /// "A Service that exists in two clusters and is exported from one" is that one's alone.
    @Test
    void aServiceThatIsNotExportedIsNotCalled() throws Exception {
        // Given
        namespaces();
        deploy(tokyo, other, PORTS, "tcp");

        // When
        deploy(osaka, pod, PORTS, "tcp");
        osaka.export(hello);

        // Then
        tokyo.awaitImported(hello, "osaka");
        assertEquals(Set.of("osaka"), tokyo.slices(hello).keySet());
        Await.until("it answers", () -> call(tokyo, "osaka", "tcp").equals("pod of osaka"));
        for (int i = 0; i < 10; i++) {
            assertEquals("pod of osaka", call(tokyo, "osaka", "tcp"));
        }
    }

    /// "the union of the constituent service ports", in which ports that are carried and ports that are not are
    /// alike; "Conflict" on both exports; "labels and annotations" of the oldest, never those of both.
    @Test
    void portsAreUnitedAndLabelsAreNot() {
        // Given
        exportFromOsaka("{ exportedLabels: { one: label }, exportedAnnotations: { one: annotation } }");
        awaitNextSecond();

        // When
        deploy(tokyo, other, "ports: [ { name: tcp, port: 42 }, { name: stcp, port: 142, protocol: SCTP } ]", "tcp");
        tokyo.export(hello, "{ exportedLabels: { two: label }, exportedAnnotations: { two: annotation } }");

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitCondition(hello, "Conflict", "True/PortConflict,LabelsConflict,AnnotationsConflict");
            side.awaitImported(hello, "osaka", "tokyo");
            assertEquals(Set.of("tcp 42/TCP", "udp 42/UDP", "stcp 142/SCTP"), ports(side));
            ServiceImport object = side.present(hello);
            assertEquals("label", object.getMetadata().getLabels().get("one"));
            assertNull(object.getMetadata().getLabels().get("two"));
            assertEquals("annotation", object.getMetadata().getAnnotations().get("one"));
            assertNull(object.getMetadata().getAnnotations().get("two"));
        }
    }

    /// Of two ports of one name the oldest export's counts, and "traffic … only to the cluster that exposes the
    /// port".
    @Test
    void aPortOfTheSameNameButAnotherNumberIsNotCalled() throws Exception {
        // Given
        exportFromOsaka("{}");
        awaitNextSecond();

        // When
        deploy(tokyo, other, "ports: [ { name: tcp, port: 4242 } ]", "tcp");
        tokyo.export(hello);

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitCondition(hello, "Conflict", "True/PortConflict");
            side.awaitImported(hello, "osaka", "tokyo");
            assertEquals(Set.of("tcp 42/TCP", "udp 42/UDP"), ports(side));
            EndpointSlice without = side.slices(hello).get("tokyo");
            assertEquals(List.of(), without.getPorts());
            Await.until("it answers", () -> call(side, "osaka", "tcp").equals("pod of osaka"));
            for (int i = 0; i < 10; i++) {
                assertEquals("pod of osaka", call(side, "osaka", "tcp"));
            }
        }
    }

    @Test
    void eachPortIsCalledWhereItIsExported() throws Exception {
        // Given
        exportFromOsaka("{}");
        awaitNextSecond();

        // When
        deploy(tokyo, other, "ports: [ { name: tcp2, port: 4242 } ]", "tcp2");
        tokyo.export(hello);

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(hello, "osaka", "tokyo");
            assertEquals(Set.of("tcp 42/TCP", "udp 42/UDP", "tcp2 4242/TCP"), ports(side));
            Await.until("the first answers", () -> call(side, "osaka", "tcp").equals("pod of osaka"));
            Await.until("the second answers", () -> call(side, "tokyo", "tcp2").equals("pod of tokyo"));
            for (int i = 0; i < 10; i++) {
                assertEquals("pod of osaka", call(side, "osaka", "tcp"));
                assertEquals("pod of tokyo", call(side, "tokyo", "tcp2"));
            }
        }
    }

    /// The suite exports a Service as soon as it has made the Deployment behind it: its EndpointSlice has no
    /// endpoints yet, which the API server tells by `null`. It has none again when the Deployment is scaled to
    /// nothing.
    @Test
    void aServiceWithoutPodsIsExported() throws Exception {
        // Given
        namespaces();
        osaka.service(hello, "{ %s, %s }".formatted(AFFINE, PORTS), "[]", "[]");

        // When
        osaka.export(hello);

        // Then
        osaka.awaitCondition(hello, "Ready", "True/Exported");
        tokyo.awaitImported(hello, "osaka");
        assertFalse(tokyo.isReady(hello, "osaka"));

        // When
        deploy(osaka, pod, PORTS, "tcp");

        // Then
        Await.until("it is ready", () -> tokyo.isReady(hello, "osaka"));
        Await.until("it answers", () -> call(tokyo, "osaka", "tcp").equals("pod of osaka"));

        // When
        osaka.service(hello, "{ %s, %s }".formatted(AFFINE, PORTS), "[]", "[]");

        // Then
        Await.until("it is not ready", () -> !tokyo.isReady(hello, "osaka"));
        tokyo.awaitImported(hello, "osaka");
    }

    /// Each of a headless import's "ipFamilies" has an EndpointSlice with the pods; it has no IP, and nothing of it
    /// is left after the last ServiceExport.
    @Test
    void aHeadlessImportHasTheFamiliesOfItsPodsAndLeavesNothing() {
        // Given
        namespaces();
        osaka.service(
                hello,
                "{ clusterIP: None, %s, %s }".formatted(AFFINE, PORTS),
                "[ { addresses: [ 10.1.2.3 ], hostname: hello-0 }, { addresses: [ 10.1.2.4 ], hostname: hello-1 } ]",
                "[ { name: tcp, port: 42 } ]");

        // When
        osaka.export(hello);

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(hello, "osaka");
            Await.until(
                    "it has its families",
                    () -> !side.present(hello).getSpec().ipFamilies().isEmpty());
            assertEquals("Headless", side.present(hello).getSpec().type());
            assertEquals(List.of(), side.present(hello).getSpec().ips());
            assertEquals(List.of("IPv4"), side.present(hello).getSpec().ipFamilies());
            Await.until("its pods are there", () -> side.isReady(hello, "osaka"));
            EndpointSlice slice = Objects.requireNonNull(side.slices(hello).get("osaka"));
            assertEquals(
                    List.of("hello-0", "hello-1"),
                    slice.getEndpoints().stream().map(one -> one.getHostname()).toList());
            assertEquals(42, slice.getPorts().getFirst().getPort());
        }

        // When
        osaka.unexport(hello);

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            Await.until("it is gone", () -> side.imported(hello) == null);
            assertEquals(Map.of(), side.slices(hello));
            assertEquals(
                    side == osaka ? List.of("hello") : List.of(),
                    side.client.services().inNamespace(hello.namespace()).list().getItems().stream()
                            .map((Service one) -> one.getMetadata().getName())
                            .toList());
        }
    }
}
