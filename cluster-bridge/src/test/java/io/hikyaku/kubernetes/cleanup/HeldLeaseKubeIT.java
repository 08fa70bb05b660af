package io.hikyaku.kubernetes.cleanup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.lease.BridgeLease;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("patient")
@Timeout(60)
class HeldLeaseKubeIT {
    private final Vertx vertx = Vertx.vertx();
    private KubernetesClient client;
    private String namespace;

    @BeforeEach
    void start() throws Exception {
        KubeCluster cluster = KubeCluster.shared("mcs");
        client = cluster.client(vertx);
        namespace = cluster.namespace();
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private HeldLease take() throws Exception {
        return HeldLease.take(
                new BridgeLease(client, namespace, "cleanup"),
                new LivingBridges(client, namespace, false),
                Duration.ofSeconds(30),
                line -> {});
    }

    private Lease lease() {
        return client.leases().inNamespace(namespace).withName(BridgeLease.NAME).get();
    }

    @Test
    void isRenewedWhileItIsUsed() throws Exception {
        try (HeldLease held = take()) {
            // Given
            String first = lease().getSpec().getRenewTime().toString();

            // When
            Await.until("it is renewed", () -> {
                held.keep();
                return !first.equals(lease().getSpec().getRenewTime().toString());
            });

            // Then
            assertEquals("cleanup", lease().getSpec().getHolderIdentity());
        }
        assertEquals(null, lease().getSpec().getHolderIdentity());
    }

    @Test
    void endsTheWorkWhenSomebodyElseHasIt() throws Exception {
        try (HeldLease held = take()) {
            // Given
            client.resource(lease().edit()
                            .editSpec()
                            .withHolderIdentity("bridge")
                            .endSpec()
                            .build())
                    .update();

            // When
            StringBuilder said = new StringBuilder();
            Await.until("it ends", () -> {
                try {
                    held.keep();
                    return false;
                } catch (IOException stopped) {
                    said.append(stopped.getMessage());
                    return true;
                }
            });

            // Then
            assertEquals("stopped: bridge has taken the Lease " + namespace + "/hikyaku-bridge", said.toString());
            assertFalse(held.delete());
        }
        assertEquals("bridge", lease().getSpec().getHolderIdentity());
    }
}
