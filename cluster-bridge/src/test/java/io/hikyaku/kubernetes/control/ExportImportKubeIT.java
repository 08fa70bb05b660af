package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.imports.DerivedName;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Osaka and tokyo, each a real API server with a bridge, and a relay between them. Quotes are of KEP-1645.
@Tag("patient")
@Timeout(300)
class ExportImportKubeIT {
    private static final String OSAKA_LISTENS = "127.0.0.2";
    private static final String TOKYO_LISTENS = "127.0.0.3";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static KubeSide osaka;
    private static KubeSide tokyo;
    private static KubeMesh mesh;
    private static WebPod pod;
    private static WebPod other;

    private final ServiceName web =
            new ServiceName("export-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet(), "web");

    @BeforeAll
    static void start() throws Exception {
        KubeCluster first = KubeCluster.shared("mcs", "controller-manager");
        KubeCluster second = KubeCluster.shared("mcs");
        osaka = KubeSide.of(first, VERTX);
        tokyo = KubeSide.of(second, VERTX);
        pod = WebPod.named("pod of osaka");
        other = WebPod.named("pod of tokyo");
        mesh = new KubeMesh(folder);
        Bridge one = mesh.bridge("osaka", first.kubeconfig(), OSAKA_LISTENS, "");
        Bridge two = mesh.bridge("tokyo", second.kubeconfig(), TOKYO_LISTENS, "");
        assertNotEquals(one.nodeId(), two.nodeId());
    }

    @AfterAll
    static void end() throws Exception {
        mesh.close();
        osaka.leaveNothing();
        tokyo.leaveNothing();
        osaka.close();
        tokyo.close();
        pod.close();
        other.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private void namespaces() {
        osaka.namespace(web.namespace());
        tokyo.namespace(web.namespace());
    }

    private static String call(KubeSide side, ServiceName name, String cluster) throws InterruptedException {
        EndpointSlice slice = side.slices(name).get(cluster);
        return slice == null
                ? "not imported"
                : WebPod.call(
                        side == osaka ? OSAKA_LISTENS : TOKYO_LISTENS,
                        slice.getPorts().getFirst().getPort());
    }

    /// "all clusters … import": "the exporting cluster … also imports"; "A ServiceImport … in each cluster with the
    /// namespace"; "Each EndpointSlice … multicluster.kubernetes.io/source-cluster".
    @Test
    void whatOneClusterExportsAllHave() throws Exception {
        // Given
        namespaces();
        osaka.web(web, pod);
        long start = System.nanoTime();

        // When
        osaka.export(web, "{ exportedLabels: { tier: gold }, exportedAnnotations: { note: hi } }");
        Await.until("a call gets through", () -> call(tokyo, web, "osaka").equals("pod of osaka"));
        System.out.println("from ServiceExport to the first answer in the other cluster: "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");

        // Then
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(web, "osaka");
            ServiceImport object = side.present(web);
            Service derived = Objects.requireNonNull(side.derived(web));
            assertEquals("ClusterSetIP", object.getSpec().type());
            assertEquals(
                    List.of(derived.getSpec().getClusterIP()), object.getSpec().ips());
            assertEquals(80, object.getSpec().ports().getFirst().port());
            assertEquals("http", object.getSpec().ports().getFirst().name());
            assertEquals("gold", object.getMetadata().getLabels().get("tier"));
            assertEquals("hi", object.getMetadata().getAnnotations().get("note"));
            assertEquals(
                    derived.getMetadata().getName(),
                    object.getMetadata().getAnnotations().get("multicluster.kubernetes.io/derived-service"));
            assertEquals(80, derived.getSpec().getPorts().getFirst().getPort());
            assertTrue(derived.getSpec().getSelector().isEmpty());
            EndpointSlice slice = side.slices(web).get("osaka");
            Map<String, String> labels = slice.getMetadata().getLabels();
            assertEquals(derived.getMetadata().getName(), labels.get("kubernetes.io/service-name"));
            assertNotEquals("endpointslice-controller.k8s.io", labels.get("endpointslice.kubernetes.io/managed-by"));
            assertEquals(
                    KubeMesh.BRIDGES,
                    slice.getEndpoints().getFirst().getAddresses().getFirst());
            Await.until("it is ready", () -> side.isReady(web, "osaka"));
            Await.until("it answers", () -> call(side, web, "osaka").equals("pod of osaka"));
        }
        osaka.awaitCondition(web, "Ready", "True/Exported");
        osaka.awaitCondition(web, "Valid", "True/Valid");
        osaka.awaitCondition(web, "Conflict", "False/NoConflicts");
    }

    /// "When the last ServiceExport … is deleted, the ServiceImport … must be removed".
    @Test
    void whatIsExportedNoLongerGoesFromAll() throws Exception {
        // Given
        namespaces();
        osaka.web(web, pod);
        osaka.export(web);
        tokyo.awaitImported(web, "osaka");
        osaka.awaitImported(web, "osaka");

        // When
        osaka.unexport(web);

        // Then: the ServiceImport, by which the others are found, is the last to go
        for (KubeSide side : List.of(osaka, tokyo)) {
            Await.until("the ServiceImport is gone", () -> side.imported(web) == null);
            assertNull(side.derived(web));
            assertEquals(Map.of(), side.slices(web));
        }
        assertNotNull(osaka.client
                .services()
                .inNamespace(web.namespace())
                .withName("web")
                .get());
    }

    /// "the conflict resolution policy gives precedence to the oldest ServiceExport"; "Conflict" is True on all
    /// constituent ServiceExports; "False->True … should not disturb traffic".
    @Test
    void theOldestExportWinsEverywhereAndBothAreTold() throws Exception {
        // Given
        namespaces();
        osaka.web(web, pod);
        osaka.export(web, "{ exportedLabels: { tier: gold } }");
        osaka.awaitCondition(web, "Ready", "True/Exported");
        Await.until(
                "the second in which it was made is over",
                () -> System.currentTimeMillis() / 1000
                        > Instants.second(osaka.api
                                .exports(osaka.client)
                                .inNamespace(web.namespace())
                                .withName("web")
                                .get()));

        // When
        tokyo.service(
                web,
                "{ sessionAffinity: ClientIP, ports: [ { name: http, port: 80 }, { name: more, port: 81 } ] }",
                "[ { addresses: [ %s ] } ]".formatted(other.address()),
                "[ { name: http, port: %1$d }, { name: more, port: %1$d } ]".formatted(other.port()));
        tokyo.export(web, "{ exportedLabels: { tier: silver } }");

        // Then
        String reasons = "True/PortConflict,SessionAffinityConflict,LabelsConflict";
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(web, "osaka", "tokyo");
            side.awaitCondition(web, "Conflict", reasons);
            side.awaitCondition(web, "Ready", "True/Exported");
            String message = side.conditions(web).get("Conflict").message();
            assertTrue(message.contains("oldest service export in \"osaka\". 1/2 clusters disagree."), message);
            ServiceImport object = side.present(web);
            assertEquals("None", object.getSpec().sessionAffinity());
            assertEquals("gold", object.getMetadata().getLabels().get("tier"));
            assertEquals(
                    List.of(80, 81),
                    object.getSpec().ports().stream().map(port -> port.port()).toList());
            assertEquals(1, side.slices(web).get("osaka").getPorts().size());
            assertEquals(2, side.slices(web).get("tokyo").getPorts().size());
            Await.until("people are told", () -> side.warnings(web).contains("PortConflict"));
        }

        // When
        osaka.unexport(web);

        // Then
        tokyo.awaitCondition(web, "Conflict", "False/NoConflicts");
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitImported(web, "tokyo");
            assertEquals("ClientIP", side.present(web).getSpec().sessionAffinity());
            assertEquals("silver", side.present(web).getMetadata().getLabels().get("tier"));
            Await.until("it answers", () -> call(side, web, "tokyo").equals("pod of tokyo"));
        }
    }

    @Test
    void theTypeIsThatOfTheOldest() {
        // Given
        namespaces();
        osaka.web(web, pod);
        osaka.export(web);
        osaka.awaitCondition(web, "Ready", "True/Exported");
        Await.until(
                "the second in which it was made is over",
                () -> System.currentTimeMillis() / 1000
                        > Instants.second(osaka.api
                                .exports(osaka.client)
                                .inNamespace(web.namespace())
                                .withName("web")
                                .get()));

        // When
        tokyo.service(
                web,
                "{ clusterIP: None, ports: [ { name: http, port: 80 } ] }",
                "[ { addresses: [ %s ], hostname: web-0 } ]".formatted(other.address()),
                "[ { name: http, port: %d } ]".formatted(other.port()));
        tokyo.export(web);
        for (KubeSide side : List.of(osaka, tokyo)) {
            side.awaitCondition(web, "Conflict", "True/TypeConflict");
            assertEquals("ClusterSetIP", side.present(web).getSpec().type());
        }
        osaka.unexport(web);

        // Then: a Service cannot lose its address; it is made anew
        for (KubeSide side : List.of(osaka, tokyo)) {
            Await.until(
                    "it is headless", () -> side.present(web).getSpec().type().equals("Headless"));
            Await.until("so is its Service", () -> {
                Service derived = side.derived(web);
                return derived != null && "None".equals(derived.getSpec().getClusterIP());
            });
        }
    }

    /// "hostname": "`<hostname>.<clusterid>.<svc>.<ns>.svc.clusterset.local`" is exactly that pod.
    @Test
    void eachPodOfAHeadlessServiceIsReachedByItsName() throws Exception {
        // Given
        namespaces();
        osaka.service(
                web,
                "{ clusterIP: None, ports: [ { name: http, port: %d } ] }".formatted(pod.port()),
                "[ { addresses: [ %1$s ], hostname: web-0 } ]".formatted(pod.address()),
                "[ { name: http, port: %d } ]".formatted(pod.port()));
        osaka.apply("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  namespace: %1$s
                  name: web-second
                  labels: { kubernetes.io/service-name: web }
                addressType: IPv4
                endpoints: [ { addresses: [ 10.1.2.3 ], hostname: web-1 } ]
                ports: [ { name: http, port: 1 } ]
                """.formatted(web.namespace()));

        // When
        osaka.export(web);
        tokyo.awaitImported(web, "osaka");

        // Then
        assertEquals("Headless", tokyo.present(web).getSpec().type());
        assertEquals(List.of(), tokyo.present(web).getSpec().ips());
        Await.until(
                "both pods are there",
                () -> tokyo.slices(web).containsKey("osaka")
                        && tokyo.slices(web).get("osaka").getEndpoints().size() == 2);
        for (Endpoint endpoint : tokyo.slices(web).get("osaka").getEndpoints()) {
            Service ofPod = tokyo.client
                    .services()
                    .inNamespace(web.namespace())
                    .withName(DerivedName.ofPod(web, "osaka", endpoint.getHostname()))
                    .get();
            assertEquals(ofPod.getSpec().getClusterIP(), endpoint.getAddresses().getFirst());
        }
        int first = ofPod("web-0");
        int second = ofPod("web-1");
        assertNotEquals(first, second);
        Await.until("web-0 answers", () -> WebPod.call(TOKYO_LISTENS, first).equals("pod of osaka"));
        assertNotEquals("pod of osaka", WebPod.call(TOKYO_LISTENS, second));
    }

    private int ofPod(String hostname) {
        return tokyo.client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(web.namespace())
                .withLabel("kubernetes.io/service-name", DerivedName.ofPod(web, "osaka", hostname))
                .list()
                .getItems()
                .getFirst()
                .getPorts()
                .getFirst()
                .getPort();
    }

    /// "ServiceExport … Valid … False: the service … was not found", and "ExternalName … cannot be exported".
    @Test
    void aServiceExportFollowsItsService() throws Exception {
        // Given
        namespaces();
        osaka.export(web);
        osaka.awaitCondition(web, "Valid", "False/NoService");

        // When, Then
        osaka.web(web, pod);
        osaka.awaitCondition(web, "Valid", "True/Valid");
        tokyo.awaitImported(web, "osaka");
        Await.until("it answers", () -> call(tokyo, web, "osaka").equals("pod of osaka"));

        osaka.client.services().inNamespace(web.namespace()).withName("web").delete();
        osaka.awaitCondition(web, "Valid", "False/NoService");
        Await.until("it is gone", () -> tokyo.imported(web) == null);

        osaka.service(web, "{ type: ExternalName, externalName: example.com }", "[]", "[]");
        osaka.awaitCondition(web, "Valid", "False/InvalidServiceType");
        osaka.awaitCondition(web, "Ready", "False/Pending");
        assertNull(tokyo.imported(web));
    }

    @Test
    void aPortThatIsNotCarriedIsNamedAndHasNoListener() {
        // Given
        namespaces();
        osaka.service(
                web,
                "{ ports: [ { name: http, port: 80 }, { name: dns, port: 53, protocol: UDP } ] }",
                "[ { addresses: [ %s ] } ]".formatted(pod.address()),
                "[ { name: http, port: %d }, { name: dns, port: 53, protocol: UDP } ]".formatted(pod.port()));

        // When
        osaka.export(web);

        // Then
        tokyo.awaitImported(web, "osaka");
        assertEquals(
                List.of("80/TCP", "53/UDP"),
                tokyo.present(web).getSpec().ports().stream()
                        .map(port -> port.port() + "/" + port.protocol())
                        .toList());
        assertEquals(1, tokyo.slices(web).get("osaka").getPorts().size());
        osaka.awaitCondition(web, "Ready", "True/Exported");
        assertTrue(osaka.conditions(web).get("Ready").message().contains("port 53/UDP"));
    }

    @Test
    void aLabelThatNoObjectCanHaveIsSaidWhereItWasWritten() {
        // Given
        namespaces();
        osaka.web(web, pod);

        // When
        osaka.export(web, "{ exportedLabels: { 'a b': 'c' } }");

        // Then
        osaka.awaitCondition(web, "Ready", "False/Failed");
        assertTrue(osaka.conditions(web).get("Ready").message().contains("a b=c"));
        assertNull(tokyo.imported(web));
    }

    /// "If the namespace does not exist in an importing cluster, the service is not imported there."
    @Test
    void aNamespaceThatIsMissingGetsTheServiceWhenItIsMade() throws Exception {
        // Given
        osaka.namespace(web.namespace());
        osaka.web(web, pod);
        osaka.export(web);
        osaka.awaitImported(web, "osaka");
        assertNull(tokyo.imported(web));
        assertNull(tokyo.client.namespaces().withName(web.namespace()).get());

        // When
        tokyo.namespace(web.namespace());

        // Then
        tokyo.awaitImported(web, "osaka");
        Await.until("it answers", () -> call(tokyo, web, "osaka").equals("pod of osaka"));

        // When: without a controller manager it stays as it is, and is terminating
        tokyo.client.namespaces().withName(web.namespace()).delete();

        // Then
        Await.until("the ServiceImport is gone", () -> tokyo.imported(web) == null);
        assertEquals(Map.of(), tokyo.slices(web));
        assertNull(tokyo.derived(web));
        osaka.awaitImported(web, "osaka");
    }

    @Test
    void aUsersServiceOfTheDerivedNameStaysAndTheImportSaysSo() throws Exception {
        // Given
        namespaces();
        String name = DerivedName.of(web);
        tokyo.apply("""
                apiVersion: v1
                kind: Service
                metadata: { namespace: %s, name: %s, labels: { mine: "yes" } }
                spec: { ports: [ { port: 1 } ] }
                """.formatted(web.namespace(), name));
        osaka.web(web, pod);

        // When
        osaka.export(web);

        // Then
        Await.until("the import says so", () -> {
            ServiceImport object = tokyo.imported(web);
            return object != null
                    && object.getStatus() != null
                    && object.getStatus().conditions().stream()
                            .anyMatch(one -> one.reason().equals("DerivedServiceConflict"));
        });
        Await.until("people are told", () -> tokyo.warnings(web).equals(List.of("DerivedServiceConflict")));
        Service mine = Objects.requireNonNull(tokyo.derived(web));
        assertEquals("yes", mine.getMetadata().getLabels().get("mine"));
        assertEquals(1, mine.getSpec().getPorts().getFirst().getPort());

        // When
        tokyo.client.services().inNamespace(web.namespace()).withName(name).delete();

        // Then
        Await.until("it answers", () -> call(tokyo, web, "osaka").equals("pod of osaka"));
    }

    @Test
    void aUsersServiceImportStaysAndIsTakenForNobodysOnceItIsGone() throws Exception {
        // Given
        namespaces();
        tokyo.apply("""
                apiVersion: %s
                kind: ServiceImport
                metadata: { namespace: %s, name: web }
                spec: { type: ClusterSetIP, ips: [ 10.96.1.2 ], ports: [ { port: 1 } ] }
                """.formatted(tokyo.api.apiVersion(), web.namespace()));
        osaka.web(web, pod);

        // When
        osaka.export(web);

        // Then
        Await.until("people are told", () -> tokyo.warnings(web).contains("ServiceImportConflict"));
        for (int i = 0; i < 3; i++) { // what happens to the exporter does not repeat it
            osaka.export(web, "{ exportedLabels: { round: '%d' } }".formatted(i));
            String round = String.valueOf(i);
            Await.until(
                    "the exporter's own import follows",
                    () -> round.equals(
                            osaka.present(web).getMetadata().getLabels().get("round")));
        }
        assertEquals(List.of("10.96.1.2"), tokyo.present(web).getSpec().ips());
        assertNull(tokyo.derived(web));
        assertEquals(1, tokyo.warnings(web).size());

        // When
        tokyo.api
                .imports(tokyo.client)
                .inNamespace(web.namespace())
                .withName("web")
                .delete();

        // Then
        Await.until("it answers", () -> call(tokyo, web, "osaka").equals("pod of osaka"));
        assertFalse(tokyo.slices(web).isEmpty());
    }
}
