package io.hikyaku.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The client and its informers behind each fault.
@Tag("patient")
@Timeout(120)
class FaultyApiServerKubeIT {
    private static KubeCluster cluster;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private String namespace;
    private FaultyApiServer server;
    private KubernetesClient client;

    @BeforeAll
    static void startKubernetes() throws Exception {
        cluster = KubeCluster.shared("mcs");
    }

    @BeforeEach
    void open() throws Exception {
        namespace = cluster.namespace();
        server = FaultyApiServer.before(cluster.kubeconfig());
        client = KubeCluster.client(server.kubeconfig(folder), vertx);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"TOO_MANY_REQUESTS, 429", "SERVER_ERROR, 500"})
    void aRefusedRequestIsRepeatedTwiceAndNoMore(Fault fault, int code) {
        // Given
        server.make(fault);

        // When
        KubernetesClientException refused = assertThrows(KubernetesClientException.class, this::services);

        // Then
        assertEquals(code, refused.getCode());
        assertEquals(3, server.count("list", "services"));
        assertEquals(0, server.writes());
        server.make(Fault.NONE);
        assertEquals(List.of(), services());
    }

    @Test
    void anAnswerThatDoesNotComeComesAfterTheSilence() throws Exception {
        // Given
        server.make(Fault.SILENCE);
        CompletableFuture<List<Service>> answer = CompletableFuture.supplyAsync(this::services);
        Await.until("it is asked", () -> server.count("list", "services") == 1);

        // When
        server.make(Fault.NONE);

        // Then
        assertEquals(List.of(), answer.get(60, TimeUnit.SECONDS));
    }

    @Test
    void anInformerGoesOnAfterItsWatchesWereCut() throws Exception {
        try (SharedIndexInformer<Service> informer = informer()) {
            // When
            server.cutWatches();

            // Then
            make("one");
            Await.until("it is seen", () -> informer.getStore().list().size() == 1);
            assertEquals(1, server.count("list", "services"));
        }
    }

    @Test
    void anInformerListsAnewWhenItsWatchIsTooOld() throws Exception {
        try (SharedIndexInformer<Service> informer = informer()) {
            // Given
            server.make(Fault.WATCHES_TOO_OLD);
            server.cutWatches();
            Await.until("it is told", () -> server.count("list", "services") > 1);

            // When
            server.make(Fault.NONE);

            // Then
            make("one");
            Await.until("it is seen", () -> informer.getStore().list().size() == 1);
        }
    }

    @Test
    void anInformerSeesWhatHappenedInTheSilence() throws Exception {
        try (SharedIndexInformer<Service> informer = informer()) {
            // Given
            server.make(Fault.SILENCE);
            make("one");

            // When
            server.make(Fault.NONE);

            // Then
            Await.until("it is seen", () -> informer.getStore().list().size() == 1);
        }
    }

    private List<Service> services() {
        return client.services().inNamespace(namespace).list().getItems();
    }

    private SharedIndexInformer<Service> informer() {
        SharedIndexInformer<Service> informer =
                client.services().inNamespace(namespace).runnableInformer(0).run();
        Await.until("it watches", () -> server.watches() == 1);
        return informer;
    }

    private void make(String service) throws Exception {
        cluster.kubectl("-n", namespace, "create", "service", "clusterip", service, "--tcp=80");
    }
}
