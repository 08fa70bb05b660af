package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.ApiCall;
import io.hikyaku.kubernetes.Fault;
import io.hikyaku.kubernetes.FaultyApiServer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.lease.BridgeLease;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Bridges that end, come back, or vanish.
@Tag("patient")
@Timeout(400)
class RestartKubeIT {
    private static final String OSAKA_LISTENS = "127.0.0.4";
    private static final String TOKYO_LISTENS = "127.0.0.5";
    private static final String SECOND_LISTENS = "127.0.0.6";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final String namespace = "restart-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
    private final ServiceName web = new ServiceName(namespace, "web");
    private FaultyApiServer atOsaka;
    private FaultyApiServer atTokyo;
    private KubeSide osaka;
    private KubeSide tokyo;
    private KubeMesh mesh;
    private WebPod pod;

    @BeforeEach
    void start() throws Exception {
        KubeCluster first = KubeCluster.shared("mcs", "controller-manager");
        KubeCluster second = KubeCluster.shared("mcs");
        atOsaka = FaultyApiServer.before(first.kubeconfig());
        atTokyo = FaultyApiServer.before(second.kubeconfig());
        osaka = KubeSide.of(first, vertx);
        tokyo = KubeSide.of(second, vertx);
        osaka.namespace(namespace);
        tokyo.namespace(namespace);
        pod = WebPod.named("pod of osaka");
        mesh = new KubeMesh(folder);
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
        osaka.api.exports(osaka.client).inNamespace(namespace).delete();
        tokyo.api.imports(tokyo.client).inNamespace(namespace).delete();
        osaka.api.imports(osaka.client).inNamespace(namespace).delete();
        osaka.close();
        tokyo.close();
        atOsaka.close();
        atTokyo.close();
        pod.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private Bridge startOsaka() throws Exception {
        return mesh.bridge("osaka", atOsaka.kubeconfig(folder), OSAKA_LISTENS, "");
    }

    private Bridge startTokyo() throws Exception {
        return mesh.bridge("tokyo", atTokyo.kubeconfig(folder), TOKYO_LISTENS, "");
    }

    private void export(ServiceName name) {
        osaka.web(name, pod);
        osaka.export(name);
        tokyo.awaitImported(name, "osaka");
        Await.until("it is ready", () -> tokyo.isReady(name, "osaka"));
    }

    private void awaitAnswer(String listen) throws Exception {
        Await.until(
                "a call gets through",
                () -> WebPod.call(listen, tokyo.listener(web, "osaka", "http")).equals("pod of osaka"));
    }

    /// All requests that change something, but for those about the Lease.
    private static Map<ApiCall, Long> writes(FaultyApiServer server) {
        return server.counts().entrySet().stream()
                .filter(each ->
                        !List.of("get", "list", "watch").contains(each.getKey().verb()))
                .filter(each -> !each.getKey().resource().startsWith("leases"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Test
    void bridgesThatStartAgainWriteNothingAndKeepAddressesAndPorts() throws Exception {
        // Given
        Bridge first = startOsaka();
        Bridge second = startTokyo();
        ServiceName marker = new ServiceName(namespace, "marker");
        ServiceName last = new ServiceName(namespace, "last");
        export(web);
        export(marker);
        export(last);
        osaka.awaitImported(web, "osaka");
        osaka.awaitImported(last, "osaka");
        osaka.awaitCondition(web, "Ready", "True/Exported");
        awaitAnswer(TOKYO_LISTENS);
        String address = Objects.requireNonNull(tokyo.derived(web)).getSpec().getClusterIP();
        int port = tokyo.listener(web, "osaka", "http");

        // When
        first.close();
        second.close();
        atOsaka.resetCounts();
        atTokyo.resetCounts();
        startTokyo();
        startOsaka();

        // Then: what is removed after all else was looked at is all that is written
        awaitAnswer(TOKYO_LISTENS);
        for (ServiceName one : List.of(marker, last)) {
            osaka.unexport(one);
            Await.until("it is gone", () -> tokyo.imported(one) == null && osaka.imported(one) == null);
        }
        for (FaultyApiServer each : List.of(atOsaka, atTokyo)) {
            assertEquals(
                    List.of(),
                    writes(each).keySet().stream()
                            .filter(call -> !call.verb().equals("delete"))
                            .toList());
        }
        assertEquals(
                address, Objects.requireNonNull(tokyo.derived(web)).getSpec().getClusterIP());
        assertEquals(port, tokyo.listener(web, "osaka", "http"));
    }

    @Test
    void whatIsUnexportedWhileTheBridgeIsAwayGoesWhenItIsBack() throws Exception {
        // Given
        Bridge exporter = startOsaka();
        startTokyo();
        export(web);

        // When
        exporter.close();
        osaka.unexport(web);

        // Then: it is kept, but calls are not led there
        Await.until("nothing is led there", () -> !tokyo.isReady(web, "osaka"));
        assertNotNull(tokyo.imported(web));
        assertNotNull(osaka.imported(web));

        // When
        startOsaka();

        // Then
        Await.until("it is gone", () -> tokyo.imported(web) == null);
        Await.until("here, too", () -> osaka.imported(web) == null);
    }

    /// "Endpoint TTL": endpoints of a cluster that is out of reach are not to be used.
    @Test
    void aClusterThatVanishesWithoutAWordIsNotReadyUntilItIsBack() throws Exception {
        try (CutWire wire = new CutWire(mesh.relay())) {
            // Given
            mesh.bridge("osaka", wire.url(), atOsaka.kubeconfig(folder), "default", OSAKA_LISTENS, "");
            startTokyo();
            export(web);
            awaitAnswer(TOKYO_LISTENS);
            String address = tokyo.derived(web).getSpec().getClusterIP();

            // When
            wire.cut();

            // Then
            Await.until("it is not ready", () -> !tokyo.isReady(web, "osaka"));
            assertEquals(List.of("osaka"), tokyo.importers(web));
            osaka.awaitCondition(web, "Ready", "False/Pending");
            assertEquals(address, tokyo.derived(web).getSpec().getClusterIP());

            // When
            wire.mend();

            // Then
            Await.until("it is ready again", () -> tokyo.isReady(web, "osaka"));
            awaitAnswer(TOKYO_LISTENS);
            osaka.awaitCondition(web, "Ready", "True/Exported");
        }
    }

    @Test
    void anotherReplicaTakesOverWithTheSamePorts() throws Exception {
        // Given
        startOsaka();
        startTokyo();
        export(web);
        String leader = leader();
        KubeCluster cluster = KubeCluster.shared("mcs");
        mesh.bridge("tokyo", cluster.kubeconfig(), SECOND_LISTENS, "");
        awaitAnswer(SECOND_LISTENS);
        int port = tokyo.listener(web, "osaka", "http");

        // When: the leader hears nothing of its API server any more
        atTokyo.make(Fault.SILENCE);

        // Then
        Await.until("another one leads", () -> !leader.equals(leader()));
        ServiceName more = new ServiceName(namespace, "more");
        osaka.web(more, pod);
        osaka.export(more);
        tokyo.awaitImported(more, "osaka");
        assertEquals(port, tokyo.listener(web, "osaka", "http"));
        assertNotEquals(port, tokyo.listener(more, "osaka", "http"));
        for (String listen : List.of(TOKYO_LISTENS, SECOND_LISTENS)) {
            awaitAnswer(listen);
        }

        // When: it hears again
        String next = leader();
        atTokyo.make(Fault.NONE);

        // Then: it follows
        int added = tokyo.listener(more, "osaka", "http");
        for (String listen : List.of(TOKYO_LISTENS, SECOND_LISTENS)) {
            Await.until(
                    "the new service answers", () -> WebPod.call(listen, added).equals("pod of osaka"));
        }
        assertEquals(next, leader());
        assertFalse(next.isEmpty());
    }

    private String leader() {
        Lease lease = tokyo.client
                .leases()
                .inNamespace("default")
                .withName(BridgeLease.NAME)
                .get();
        return lease == null || lease.getSpec().getHolderIdentity() == null
                ? ""
                : lease.getSpec().getHolderIdentity();
    }
}
