package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("patient")
@Timeout(120)
class BridgePodsKubeIT {
    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger changes = new AtomicInteger();
    private String namespace;
    private KubernetesClient client;
    private BridgePods pods;

    @BeforeEach
    void start() throws Exception {
        KubeCluster cluster = KubeCluster.shared("mcs");
        namespace = cluster.namespace();
        client = cluster.client(vertx);
        pods = BridgePods.of(client, namespace, "bridge", changes::incrementAndGet);
    }

    @AfterEach
    void end() throws Exception {
        pods.stop();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aPodIsGoneWhenItServesNobodyAndThisOneDoes() throws Exception {
        // Given
        put("own", true, "other", true);
        pods.start().get(30, TimeUnit.SECONDS);
        assertFalse(pods.isGone("other_1", "own_2"));

        // When, then: it does not answer
        put("own", true, "other", false);
        Await.until("it is known", () -> pods.isGone("other_1", "own_2"));

        // When, then: it has been deleted
        put("own", true, "another", true);
        Await.until("it is known", () -> !pods.isGone("another_1", "own_2"));
        assertTrue(pods.isGone("other_1", "own_2"));

        // When, then: nobody can tell
        put("own", false, "another", false);
        Await.until("it is known", () -> !pods.isGone("other_1", "own_2"));
        assertFalse(pods.isGone("another_1", "own_2"));
    }

    @Test
    void aProgramThatStartsAnewInItsPodHasNoOtherBesideIt() throws Exception {
        // When
        pods.start().get(30, TimeUnit.SECONDS);

        // Then
        assertTrue(pods.isGone("own_1", "own_2"));
    }

    @Test
    void nothingIsKnownOfFixedAddresses() {
        // Given
        BridgePods fixed = BridgePods.at(List.of("192.0.2.1"));

        // Then: two programs of one host would have the same name
        assertFalse(fixed.isGone("own_1", "own_2"));
        assertFalse(fixed.isGone("other_1", "own_2"));
        assertEquals(1, fixed.endpoints().size());
    }

    private void put(String first, boolean firstServes, String second, boolean secondServes) {
        client.resource(new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("bridge-1")
                        .addToLabels("kubernetes.io/service-name", "bridge")
                        .endMetadata()
                        .withAddressType("IPv4")
                        .addNewEndpoint()
                        .withAddresses("10.0.0.1")
                        .withNewConditions()
                        .withReady(firstServes)
                        .endConditions()
                        .withNewTargetRef()
                        .withKind("Pod")
                        .withName(first)
                        .endTargetRef()
                        .endEndpoint()
                        .addNewEndpoint()
                        .withAddresses("10.0.0.2")
                        .withNewConditions()
                        .withReady(secondServes)
                        .endConditions()
                        .withNewTargetRef()
                        .withKind("Pod")
                        .withName(second)
                        .endTargetRef()
                        .endEndpoint()
                        .build())
                .createOr(existing -> existing.update());
    }
}
