package io.hikyaku.kubernetes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client with only those of the library's types that we ship, against a real API server.
@Timeout(180)
class ApiServerClientKubeIT {
    private static final String READS_SERVICES = "{apiGroups: [''], resources: [services], verbs: [get, list, watch]}";

    private static KubeCluster cluster;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void startKubernetes() throws Exception {
        cluster = KubeCluster.shared("mcs");
    }

    @AfterEach
    void closeVertx() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void readsWritesAndListsWhatABridgeNeeds() throws Exception {
        // Given
        String namespace = cluster.namespace();
        try (KubernetesClient client = cluster.client(vertx)) {
            // When
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("one")
                            .withNamespace(namespace)
                            .endMetadata()
                            .addToData("a", "1")
                            .build())
                    .patch(new PatchContext.Builder()
                            .withFieldManager("test")
                            .withForce(true)
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .build());

            // Then
            assertEquals(
                    Map.of("a", "1"),
                    client.configMaps()
                            .inNamespace(namespace)
                            .withName("one")
                            .get()
                            .getData());
            assertEquals(
                    List.of(),
                    client.discovery()
                            .v1()
                            .endpointSlices()
                            .inNamespace(namespace)
                            .list()
                            .getItems());
            assertEquals(
                    List.of(), client.leases().inNamespace(namespace).list().getItems());
            assertEquals(
                    List.of(),
                    client.v1().events().inNamespace(namespace).list().getItems());
            assertEquals(
                    2,
                    client.apiextensions()
                            .v1()
                            .customResourceDefinitions()
                            .list()
                            .getItems()
                            .size());
        }
    }

    @Test
    void aListThatTheApiServerSaysIsNullIsEmpty() throws Exception {
        // Given
        String namespace = cluster.namespace();
        cluster.apply("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: { name: nobody, namespace: %s }
                addressType: IPv4
                endpoints: []
                ports: []
                """.formatted(namespace));
        try (KubernetesClient client = cluster.client(vertx)) {
            // When
            EndpointSlice slice = client.discovery()
                    .v1()
                    .endpointSlices()
                    .inNamespace(namespace)
                    .withName("nobody")
                    .get();

            // Then
            assertEquals(List.of(), slice.getEndpoints());
            assertEquals(List.of(), slice.getPorts());
        }
    }

    @Test
    void anInformerSeesWhatIsMadeAndDeleted() throws Exception {
        // Given
        String namespace = cluster.namespace();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (KubernetesClient client = cluster.client(vertx);
                SharedIndexInformer<Service> informer =
                        client.services().inNamespace(namespace).inform(noting(seen))) {
            // When
            cluster.kubectl("-n", namespace, "create", "service", "clusterip", "one", "--tcp=80");
            Await.until("it is seen", () -> seen.equals(List.of("+one")));
            cluster.kubectl("-n", namespace, "delete", "service", "one");

            // Then
            Await.until("its end is seen", () -> seen.equals(List.of("+one", "-one")));
            assertTrue(informer.isWatching());
        }
    }

    @Test
    void sharesTheVertxInstanceAndLeavesItOpen() throws Exception {
        // Given
        Vertx other = Vertx.vertx();
        KubernetesClient closed = cluster.client(other);
        closed.services().inNamespace("default").list();
        closed.close();

        // When
        other.timer(1).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        other.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);

        // Then
        assertThrows(RejectedExecutionException.class, () -> cluster.client(other));
    }

    @Test
    void aServiceAccountMayDoWhatItsRulesSay() throws Exception {
        // Given
        Path account = cluster.serviceAccount(READS_SERVICES);

        try (KubernetesClient client = KubeCluster.client(account, vertx)) {
            // When
            KubernetesClientException refused = assertThrows(
                    KubernetesClientException.class,
                    () -> client.pods().inNamespace("default").list());

            // Then
            assertEquals(403, refused.getCode());
            assertEquals(
                    1,
                    client.services().inNamespace("default").list().getItems().size());
        }
    }

    @Test
    void aPodFindsItsServiceAccountWhereKubernetesMountsIt() throws Exception {
        // Given
        String kubeconfig = Files.readString(cluster.serviceAccount(READS_SERVICES));
        Files.writeString(folder.resolve("token"), after("token: ", kubeconfig));
        Files.write(
                folder.resolve("ca.crt"),
                Base64.getDecoder().decode(after("certificate-authority-data: ", kubeconfig)));
        Files.writeString(folder.resolve("namespace"), "somewhere\n");
        String[] address = after("server: https://", kubeconfig).split(":");
        ApiServer pod = new ApiServer.PodAccount(address[0], Integer.parseInt(address[1]), folder);

        // When
        try (KubernetesClient client = ApiServerClient.open(pod, ClientBounds.DEFAULT, vertx, "test")) {
            // Then
            assertEquals("somewhere", client.getNamespace());
            assertEquals(
                    1,
                    client.services().inNamespace("default").list().getItems().size());
        }
    }

    @Test
    void aContextThatTheFileLacksIsRefused() {
        ApiServer missing = new ApiServer.Kubeconfig(cluster.kubeconfig(), Optional.of("elsewhere"));
        IOException refused = assertThrows(IOException.class, missing::config);
        assertTrue(refused.getMessage().endsWith("has no context \"elsewhere\""), refused::getMessage);
    }

    private static String after(String key, String text) {
        int start = text.indexOf(key) + key.length();
        return text.substring(start, text.indexOf('\n', start)).strip();
    }

    private static ResourceEventHandler<Service> noting(List<String> seen) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(Service service) {
                seen.add("+" + service.getMetadata().getName());
            }

            @Override
            public void onUpdate(Service before, Service after) {}

            @Override
            public void onDelete(Service service, boolean unsure) {
                seen.add("-" + service.getMetadata().getName());
            }
        };
    }
}
