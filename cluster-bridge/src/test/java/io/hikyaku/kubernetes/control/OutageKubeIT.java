package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.Fault;
import io.hikyaku.kubernetes.FaultyApiServer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An API server of the importing cluster that answers badly, or not at all.
@Tag("patient")
@Timeout(300)
class OutageKubeIT {
    private static final String OSAKA_LISTENS = "127.0.0.7";
    private static final String TOKYO_LISTENS = "127.0.0.8";
    private static final long REQUESTS_A_SECOND = 40;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static FaultyApiServer atTokyo;
    private static KubeSide osaka;
    private static KubeSide tokyo;
    private static KubeMesh mesh;
    private static WebPod pod;

    @BeforeAll
    static void start() throws Exception {
        KubeCluster first = KubeCluster.shared("mcs", "controller-manager");
        KubeCluster second = KubeCluster.shared("mcs");
        atTokyo = FaultyApiServer.before(second.kubeconfig());
        osaka = KubeSide.of(first, VERTX);
        tokyo = KubeSide.of(second, VERTX);
        pod = WebPod.named("pod of osaka");
        mesh = new KubeMesh(folder);
        mesh.bridge("osaka", first.kubeconfig(), OSAKA_LISTENS, "");
        mesh.bridge("tokyo", atTokyo.kubeconfig(folder), TOKYO_LISTENS, "");
    }

    @AfterAll
    static void end() throws Exception {
        mesh.close();
        osaka.leaveNothing();
        tokyo.leaveNothing();
        osaka.close();
        tokyo.close();
        atTokyo.close();
        pod.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static String call(ServiceName name) throws InterruptedException {
        return WebPod.call(TOKYO_LISTENS, tokyo.listener(name, "osaka", "http"));
    }

    private static void awaitAnswer(ServiceName name) throws InterruptedException {
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            Await.until("it answers", () -> {
                last.set(call(name));
                return last.get().equals("pod of osaka");
            });
        } catch (AssertionError late) {
            throw new AssertionError("last: " + last, late);
        }
    }

    /// Longer than a leader has for renewing its Lease, where nothing is answered well.
    @ParameterizedTest
    @CsvSource({"TOO_MANY_REQUESTS, 13", "SERVER_ERROR, 13", "SILENCE, 13", "WATCHES_TOO_OLD, 5", "NONE, 1"})
    void callsGoOnAndWhatHappensMeanwhileIsSeenAfterwards(Fault fault, int seconds) throws Exception {
        // Given
        String namespace = "outage-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
        osaka.namespace(namespace);
        tokyo.namespace(namespace);
        ServiceName web = new ServiceName(namespace, "web");
        ServiceName gone = new ServiceName(namespace, "gone");
        ServiceName more = new ServiceName(namespace, "more");
        for (ServiceName each : new ServiceName[] {web, gone}) {
            osaka.web(each, pod);
            osaka.export(each);
            tokyo.awaitImported(each, "osaka");
            awaitAnswer(each);
        }

        // When
        atTokyo.make(fault);
        atTokyo.cutWatches();
        atTokyo.resetCounts();
        long begun = System.nanoTime();
        osaka.web(more, pod);
        osaka.export(more);
        osaka.unexport(gone);
        tokyo.client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withName(tokyo.slices(web).get("osaka").getMetadata().getName())
                .edit(slice -> slice.edit()
                        .editFirstEndpoint()
                        .editConditions()
                        .withReady(false)
                        .endConditions()
                        .endEndpoint()
                        .build());
        int port = tokyo.listener(web, "osaka", "http");
        Await.until("the fault has lasted", () -> {
            assertEquals("pod of osaka", WebPod.call(TOKYO_LISTENS, port));
            return System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(seconds);
        });
        long asked =
                atTokyo.counts().values().stream().mapToLong(Long::longValue).sum();
        long lasted = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        System.out.println(fault + ": " + asked + " requests in " + lasted + " s");
        assertTrue(fault == Fault.NONE || asked < REQUESTS_A_SECOND * lasted, () -> asked + " requests");
        atTokyo.make(Fault.NONE);

        // Then
        tokyo.awaitImported(more, "osaka");
        awaitAnswer(more);
        Await.until("what was unexported is gone", () -> tokyo.imported(gone) == null);
        Await.until("what somebody changed is as it was", () -> tokyo.isReady(web, "osaka"));
        assertNotNull(tokyo.imported(web));
        osaka.unexport(web);
        osaka.unexport(more);
        Await.until("all is gone", () -> tokyo.imported(web) == null && tokyo.imported(more) == null);
    }
}
