package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.FaultyApiServer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Many services. `-Dscale.services=5000 -Dscale.exports=1000` makes it as large as we say that it works.
@Tag("patient")
@Timeout(900)
class ScaleKubeIT {
    private static final int SERVICES = Integer.getInteger("scale.services", 400);
    private static final int EXPORTS = Integer.getInteger("scale.exports", 120);
    private static final String NAMESPACE = "scale";
    private static final int WRITES_FOR_AN_IMPORT = 6;
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final int MIB = 1024 * 1024;

    @TempDir
    private Path folder;

    private static String name(int number) {
        return "service-" + number;
    }

    private static void createAll(KubernetesClient client) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < SERVICES; i++) {
                String name = name(i);
                boolean exported = i < EXPORTS;
                tasks.add(() -> {
                    for (HasMetadata each : objects(name, exported)) {
                        client.resource(each).create();
                    }
                    return null;
                });
            }
            for (Future<Void> each : threads.invokeAll(tasks)) {
                each.get();
            }
        }
    }

    private static List<HasMetadata> objects(String name, boolean exported) {
        List<HasMetadata> objects = new ArrayList<>();
        objects.add(new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withClusterIP(exported ? null : "None") // the range of addresses is smaller than what is tried here
                .addNewPort()
                .withName("http")
                .withPort(80)
                .endPort()
                .endSpec()
                .build());
        if (exported) {
            objects.add(McsApi.V1BETA1.newExport(NAMESPACE, name));
        }
        objects.add(new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name + "-1")
                .addToLabels("kubernetes.io/service-name", name)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses("10.1.2.3")
                .endEndpoint()
                .addNewPort()
                .withName("http")
                .withPort(80)
                .endPort()
                .build());
        return objects;
    }

    @Test
    void manyServicesAreImportedInReasonableTimeAndNotWrittenAgain() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (KubeCluster first = KubeCluster.start("mcs");
                KubeCluster second = KubeCluster.start("mcs");
                KubeSide osaka = KubeSide.of(first, vertx);
                KubeSide tokyo = KubeSide.of(second, vertx);
                FaultyApiServer atTokyo = FaultyApiServer.before(second.kubeconfig());
                KubeMesh mesh = new KubeMesh(folder)) {
            // Given
            osaka.namespace(NAMESPACE);
            tokyo.namespace(NAMESPACE);
            createAll(osaka.client);
            OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long cpu = process.getProcessCpuTime();
            long heap = heap();
            long start = System.nanoTime();

            // When
            mesh.bridge("osaka", first.kubeconfig(), "127.0.0.31", "");
            mesh.bridge("tokyo", atTokyo.kubeconfig(folder), "127.0.0.32", "");

            // Then
            Await.until("all are imported", Duration.ofMinutes(15), () -> imported(tokyo) == EXPORTS);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            awaitQuiet(atTokyo);
            long writes = writes(atTokyo);
            long used = (heap() - heap) / MIB;
            long spent = TimeUnit.NANOSECONDS.toSeconds(process.getProcessCpuTime() - cpu);
            System.out.printf(
                    "%d services, %d exports: imported after %d s with %d writes; both bridges take %d MiB of heap and"
                            + " took %d s of processor time%n%s%n",
                    SERVICES, EXPORTS, seconds, writes, used, spent, atTokyo.counts());
            assertTrue(writes <= (long) WRITES_FOR_AN_IMPORT * EXPORTS, () -> writes + " writes");
            assertTrue(used < 400, () -> used + " MiB");

            // When
            osaka.client
                    .services()
                    .inNamespace(NAMESPACE)
                    .withName(name(0))
                    .edit(service -> service.edit()
                            .editMetadata()
                            .addToLabels("a", "b")
                            .endMetadata()
                            .build());
            unexport(osaka, 1);
            Await.until("one is gone", () -> imported(tokyo) == EXPORTS - 1);
            awaitQuiet(atTokyo);
            atTokyo.resetCounts();
            unexport(osaka, 2);

            // Then: one service that goes is three objects, whatever others there are
            Await.until("another one is gone", () -> imported(tokyo) == EXPORTS - 2);
            awaitQuiet(atTokyo);
            assertEquals(3, writes(atTokyo), () -> atTokyo.counts().toString());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    /// Until nothing has been written for a while.
    private static void awaitQuiet(FaultyApiServer server) {
        long[] last = {writes(server), System.nanoTime()};
        Await.until("no more is written", () -> {
            long now = writes(server);
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > QUIET.toNanos();
        });
    }

    /// But those that keep a Lease.
    private static long writes(FaultyApiServer server) {
        return server.writes()
                - server.count("create", "leases.coordination.k8s.io")
                - server.count("update", "leases.coordination.k8s.io");
    }

    private static void unexport(KubeSide side, int number) {
        side.api
                .exports(side.client)
                .inNamespace(NAMESPACE)
                .withName(name(number))
                .delete();
    }

    /// ServiceImports that are done: their status comes last.
    private static long imported(KubeSide side) {
        return side.api.imports(side.client).inNamespace(NAMESPACE).list().getItems().stream()
                .filter(object -> object.getStatus() != null
                        && !object.getStatus().conditions().isEmpty())
                .count();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
