package io.hikyaku.kubernetes.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.Fault;
import io.hikyaku.kubernetes.FaultyApiServer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a bridge that ends lets go of the Lease.
@Tag("patient")
@Timeout(60)
class LeadershipKubeIT {
    private static final Duration RENEWED_EVERY = Duration.ofSeconds(3);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger led = new AtomicInteger();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();
    private String namespace;
    private FaultyApiServer server;
    private KubernetesClient admin;
    private KubernetesClient client;
    private Leadership leadership;

    @BeforeEach
    void start() throws Exception {
        KubeCluster cluster = KubeCluster.shared("mcs");
        namespace = cluster.namespace();
        server = FaultyApiServer.before(cluster.kubeconfig());
        admin = cluster.client(vertx);
        client = KubeCluster.client(server.kubeconfig(folder), vertx);
        leadership = new Leadership(new BridgeLease(client, namespace, "one", gone::contains), led::incrementAndGet);
    }

    @AfterEach
    void end() throws Exception {
        leadership.close();
        client.close();
        admin.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private String holder() {
        Lease lease =
                admin.leases().inNamespace(namespace).withName(BridgeLease.NAME).get();
        return lease == null ? "no Lease" : String.valueOf(lease.getSpec().getHolderIdentity());
    }

    @Test
    void oneThatEndsWhileItTakesTheLeaseGivesItUp() throws Exception {
        // Given: the API server knows the request, and has not answered yet
        server.make(Fault.SILENCE);
        leadership.start();
        Await.until("the Lease is asked for", () -> server.count("get", "leases.coordination.k8s.io") >= 1);

        // When
        leadership.end();
        server.make(Fault.NONE);
        leadership.close();

        // Then: the Lease was made, and is nobody's
        assertEquals("null", holder());
        assertEquals(0, led.get());
        assertFalse(leadership.leads());
    }

    @Test
    void oneThatHasEndedKeepsTheLeaseUntilItIsClosed() throws Exception {
        // Given
        leadership.start();
        Await.until("it leads", leadership::leads);

        // When
        leadership.end();

        // Then
        assertFalse(leadership.leads());
        assertEquals("one", holder());

        // When
        leadership.close();

        // Then
        assertEquals("null", holder());
        assertTrue(new BridgeLease(admin, namespace, "other").renewOrTake());
        assertEquals("other", holder());
    }

    @Test
    void oneThatIsGoneIsNotWaitedFor() throws Exception {
        // Given: one that never lets the Lease expire
        BridgeLease other = new BridgeLease(admin, namespace, "other");
        assertTrue(other.renewOrTake());
        leadership.start();
        Await.until("the Lease is asked for", () -> server.count("get", "leases.coordination.k8s.io") >= 2);
        assertFalse(leadership.leads());

        // When
        gone.add("other");
        leadership.ask();

        // Then
        long[] renewed = {System.nanoTime()};
        Await.until("the other one leads", () -> {
            if (System.nanoTime() - renewed[0] > RENEWED_EVERY.toNanos()) {
                other.renewOrTake();
                renewed[0] = System.nanoTime();
            }
            return leadership.leads();
        });
        assertEquals("one", holder());
    }
}
