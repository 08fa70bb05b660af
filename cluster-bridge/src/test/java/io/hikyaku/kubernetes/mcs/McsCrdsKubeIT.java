package io.hikyaku.kubernetes.mcs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.hikyaku.config.kubernetes.CrdInstall;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.mcs.McsCrds.Outcome;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The definitions of the API and what is written in it, in a cluster that nobody else uses.
@Tag("patient")
@Timeout(180)
class McsCrdsKubeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DELETED_WITHIN = "20s";
    private static final String EXPORTS = "serviceexports.multicluster.x-k8s.io";
    private static final String IMPORTS = "serviceimports.multicluster.x-k8s.io";

    private static KubeCluster cluster;

    private final Vertx vertx = Vertx.vertx();
    private KubernetesClient client;

    @BeforeAll
    static void startKubernetes() throws Exception {
        cluster = KubeCluster.start();
    }

    @AfterAll
    static void endKubernetes() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void startWithoutDefinitions() throws Exception {
        deleteDefinitions();
        client = cluster.client(vertx);
        Await.until("the API is gone", () -> McsApi.served(client).isEmpty());
    }

    /// An API server that is told to delete a definition it has only just begun to serve may take minutes for it.
    /// Then a new one is quicker.
    private static void deleteDefinitions() throws Exception {
        try {
            cluster.kubectl(
                    "delete", "crd", "--ignore-not-found", "--wait", "--timeout=" + DELETED_WITHIN, EXPORTS, IMPORTS);
        } catch (IOException slow) {
            cluster.close();
            cluster = KubeCluster.start();
        }
    }

    @AfterEach
    void closeClient() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void installsWhatIsMissingJustAsUpstreamShipsIt() throws Exception {
        // When
        Outcome outcome = ensure(client);

        // Then
        assertEquals(new Outcome(true, List.of(EXPORTS, IMPORTS), List.of(), List.of()), outcome);
        assertEquals(Optional.of(McsApi.V1BETA1), McsApi.served(client));
        long generation = present().getMetadata().getGeneration();
        cluster.apply(McsCrds.yaml());
        assertEquals(generation, present().getMetadata().getGeneration());
    }

    @Test
    void leavesThemAloneTheSecondTime() {
        // Given
        ensure(client);
        String version = present().getMetadata().getResourceVersion();

        // When
        Outcome outcome = ensure(client);

        // Then
        assertEquals(new Outcome(true, List.of(), List.of(), List.of()), outcome);
        assertEquals(version, present().getMetadata().getResourceVersion());
    }

    @ParameterizedTest
    @CsvSource({
        "v0.4.1, 7, true",
        "v0.5.2-rc1, 0, true",
        "v0.5.2, 0, false",
        "v0.5.2, 1, false",
        "v0.5.10, 0, false",
        "v1.0.0, 0, false",
        "tomorrow, 0, false",
        ", , true"
    })
    void replacesOlderOnesAndNeverNewerOnes(String release, String revision, boolean replaced) throws Exception {
        // Given
        cluster.apply(McsCrds.yaml());
        label(CrdRelease.VERSION, release);
        label(CrdRelease.REVISION, revision);
        label("owner", "somebody");

        // When
        Outcome outcome = ensure(client);

        // Then
        assertEquals(new Outcome(true, List.of(), replaced ? List.of(IMPORTS) : List.of(), List.of()), outcome);
        Map<String, String> labels = present().getMetadata().getLabels();
        assertEquals(replaced ? "v0.5.2" : release, labels.get(CrdRelease.VERSION));
        assertEquals("somebody", labels.get("owner"));
    }

    @Test
    void anUpgradeFromTheOlderVersionKeepsItsObjects() throws Exception {
        // Given
        installTheOldVersionOnly();
        assertEquals(Optional.of(McsApi.V1ALPHA1), McsApi.served(client));
        String namespace = cluster.namespace();
        apply(McsApi.V1ALPHA1, namespace);

        // When
        Outcome outcome = ensure(client);

        // Then
        assertEquals(new Outcome(true, List.of(), List.of(EXPORTS, IMPORTS), List.of()), outcome);
        Await.until("it is served", () -> McsApi.served(client).equals(Optional.of(McsApi.V1BETA1)));
        assertEquals(
                imported(),
                McsApi.V1BETA1
                        .imports(client)
                        .inNamespace(namespace)
                        .withName("one")
                        .get()
                        .getSpec());
    }

    @ParameterizedTest
    @EnumSource
    void bothVersionsSayTheSame(McsApi api) throws Exception {
        // Given
        if (api == McsApi.V1ALPHA1) {
            installTheOldVersionOnly();
        } else {
            ensure(client);
        }
        String namespace = cluster.namespace();
        McsCondition ready = new McsCondition("Ready", "True", "Ready", "", "2026-11-01T00:00:00Z", 1L);

        // When
        apply(api, namespace);
        ServiceExport export = api.newExport(namespace, "one");
        api.exports(client)
                .resource(export)
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        export.setStatus(new ServiceExportStatus(List.of(ready)));
        api.exports(client)
                .resource(export)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("test-status")
                        .withForce(true)
                        .build());

        // Then
        ServiceExport stored =
                api.exports(client).inNamespace(namespace).withName("one").get();
        assertEquals(null, stored.getSpec());
        assertEquals(List.of(ready), stored.getStatus().conditions());
        assertEquals(api.apiVersion(), stored.getApiVersion());
        assertEquals(
                List.of(imported()),
                api.imports(client).inNamespace(namespace).list().getItems().stream()
                        .map(ServiceImport::getSpec)
                        .toList());
    }

    @Test
    void whoMayNotInstallThemIsToldWhatToDo() throws Exception {
        // Given
        Path account = cluster.serviceAccount("{apiGroups: [''], resources: [services], verbs: [get]}");

        // When
        Outcome outcome;
        try (KubernetesClient poor = KubeCluster.client(account, vertx)) {
            outcome = ensure(poor);
        }

        // Then
        assertFalse(outcome.usable());
        assertTrue(outcome.findings().getFirst().contains("not allowed to install"), outcome::toString);
        assertTrue(outcome.findings().getFirst().contains("kubectl apply"), outcome::toString);
    }

    @Test
    void whoMayNotEvenLookFindsNothingWrongWhereTheyAreInstalled() throws Exception {
        // Given
        ensure(client);
        Path account = cluster.serviceAccount("{apiGroups: [''], resources: [services], verbs: [get]}");

        // When
        try (KubernetesClient poor = KubeCluster.client(account, vertx)) {
            // Then
            assertEquals(new Outcome(true, List.of(), List.of(), List.of()), ensure(poor));
        }
    }

    @Test
    void nothingIsInstalledWhereThatIsSwitchedOff() {
        // When
        Outcome outcome = McsCrds.ensure(client, CrdInstall.NEVER, PATIENCE);

        // Then
        assertFalse(outcome.usable());
        assertEquals(1, outcome.findings().size());
        assertEquals(Optional.empty(), McsApi.served(client));
    }

    @Test
    void severalMayInstallThemAtOnce() {
        // Given
        List<CompletableFuture<Outcome>> all = new ArrayList<>();

        // When
        for (int i = 0; i < 4; i++) {
            all.add(CompletableFuture.supplyAsync(() -> ensure(client)));
        }

        // Then
        List<Outcome> outcomes = all.stream().map(CompletableFuture::join).toList();
        assertTrue(outcomes.stream().allMatch(Outcome::usable), outcomes::toString);
        assertEquals(
                2, outcomes.stream().mapToInt(each -> each.installed().size()).sum(), outcomes::toString);
        assertTrue(outcomes.stream().allMatch(each -> each.findings().isEmpty()), outcomes::toString);
    }

    private static Outcome ensure(KubernetesClient client) {
        return McsCrds.ensure(client, CrdInstall.IF_MISSING_OR_OLDER, PATIENCE);
    }

    private CustomResourceDefinition present() {
        return client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(IMPORTS)
                .get();
    }

    private static void label(String key, String value) throws Exception {
        cluster.kubectl("label", "--overwrite", "crd", IMPORTS, value == null ? key + "-" : key + "=" + value);
    }

    /// As releases were before the API became a beta.
    private void installTheOldVersionOnly() throws Exception {
        for (String document : McsCrds.yaml().split("(?m)^---$")) {
            GenericKubernetesResource definition =
                    client.getKubernetesSerialization().unmarshal(document, GenericKubernetesResource.class);
            definition.getMetadata().getLabels().put(CrdRelease.VERSION, "v0.1.0");
            List<Map<String, Object>> versions = definition.get("spec", "versions");
            versions.removeIf(version -> version.get("name").equals("v1beta1"));
            versions.getFirst().put("storage", true);
            client.resource(definition).create();
        }
        Await.until(
                "it is served",
                () -> McsCrds.ensure(client, CrdInstall.NEVER, PATIENCE).usable());
    }

    private void apply(McsApi api, String namespace) {
        ServiceImport one = api.newImport(namespace, "one");
        one.setSpec(imported());
        api.imports(client).resource(one).fieldManager("test").forceConflicts().serverSideApply();
    }

    private static ServiceImportSpec imported() {
        return new ServiceImportSpec(
                "ClusterSetIP",
                List.of(new ServiceImportSpec.Port("web", "TCP", "http", 80)),
                List.of("10.9.8.7"),
                List.of("IPv4"),
                "None",
                null,
                "Cluster",
                "PreferClose");
    }
}
