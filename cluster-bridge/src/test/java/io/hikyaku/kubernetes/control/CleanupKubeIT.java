package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.lease.BridgeLease;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is left of a bridge, and `hikyaku kube cleanup`. The cluster is these tests' own, since the command looks
/// everywhere.
@Tag("patient")
@Timeout(120)
class CleanupKubeIT {
    private static final String LISTENS = "127.0.0.11";
    private static final String CHART = Path.of("../deploy/chart/hikyaku-bridge")
            .toAbsolutePath()
            .normalize()
            .toString();
    private static final String KINDS = "serviceexports,serviceimports,services,endpointslices,leases";

    private static final Vertx VERTX = Vertx.vertx();
    private static KubeCluster cluster;
    private static KubeSide side;

    @TempDir
    private Path folder;

    private record Ended(int exit, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        cluster = KubeCluster.start("mcs");
        side = KubeSide.of(cluster, VERTX);
    }

    @AfterAll
    static void end() throws Exception {
        side.close();
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        cluster.close();
    }

    private static Ended cleanup(Path kubeconfig, String namespace, String... more) {
        List<String> arguments = new ArrayList<>(List.of("kube", "cleanup", "--kubeconfig", kubeconfig.toString()));
        arguments.addAll(List.of("--namespace", namespace));
        arguments.addAll(List.of(more));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Ended(exit, out.toString(), err.toString());
    }

    /// The objects of a namespace that a bridge has to do with.
    private static String objects(String namespace) throws Exception {
        return cluster.kubectl("get", KINDS, "--namespace", namespace, "--output=name");
    }

    /// As a bridge makes them.
    private static void leave(String namespace, String imported) throws Exception {
        cluster.apply("""
                apiVersion: multicluster.x-k8s.io/v1beta1
                kind: ServiceImport
                metadata: { namespace: %1$s, name: %2$s, labels: %3$s }
                spec: { type: ClusterSetIP, ports: [ { port: 80 } ] }
                ---
                %4$s""".formatted(namespace, imported, labels(imported), behind(namespace, imported)));
    }

    /// All but the ServiceImport.
    private static String behind(String namespace, String imported) {
        return """
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: derived-%2$s, labels: %3$s }
                spec: { ports: [ { port: 80 } ] }
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: { namespace: %1$s, name: derived-%2$s-osaka, labels: %3$s }
                addressType: IPv4
                endpoints: []
                """.formatted(namespace, imported, labels(imported));
    }

    private static String labels(String imported) {
        return "{ app.kubernetes.io/managed-by: hikyaku, hikyaku.io/service-import: \"" + imported + "\" }";
    }

    /// What looks like a bridge's, and is not.
    private static void makeObjectsOfOthers(String namespace) throws Exception {
        cluster.apply("""
                apiVersion: multicluster.x-k8s.io/v1beta1
                kind: ServiceImport
                metadata: { namespace: %1$s, name: others }
                spec: { type: ClusterSetIP, ports: [ { port: 80 } ] }
                ---
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: derived-0123456789 }
                spec: { ports: [ { port: 80 } ] }
                ---
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: managed, labels: { app.kubernetes.io/managed-by: hikyaku } }
                spec: { ports: [ { port: 80 } ] }
                ---
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: made-up, labels: %2$s }
                spec: { ports: [ { port: 80 } ] }
                ---
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: of-helm, labels: { hikyaku.io/service-import: web } }
                spec: { ports: [ { port: 80 } ] }
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  namespace: %1$s
                  name: others
                  labels: { multicluster.kubernetes.io/service-name: web }
                addressType: IPv4
                endpoints: []
                ---
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata: { namespace: %1$s, name: others }
                spec: { holderIdentity: somebody }
                """.formatted(namespace, labels("No_Service")));
    }

    @Test
    void whileABridgeRunsNothingIsDeletedAndOnceItHasEndedNothingIsLeft() throws Exception {
        // Given
        String own = cluster.namespace();
        String shop = cluster.namespace();
        ServiceName web = new ServiceName(shop, "web");
        ServiceName stateful = new ServiceName(shop, "stateful");
        makeObjectsOfOthers(shop);
        side.service(
                web,
                "{ ports: [ { name: http, port: 80 } ] }",
                "[ { addresses: [ 10.1.2.3 ] } ]",
                "[ { name: http, port: 80 } ]");
        side.service(
                stateful,
                "{ clusterIP: None, ports: [ { name: http, port: 80 } ] }",
                "[ { addresses: [ 10.1.2.4 ], hostname: stateful-0 } ]",
                "[ { name: http, port: 80 } ]");
        side.export(web);
        side.export(stateful);
        String before = objects(shop);
        try (KubeMesh mesh = new KubeMesh(folder)) {
            Bridge bridge = mesh.bridge("tokyo", mesh.relay(), cluster.kubeconfig(), own, LISTENS, ", alias: true");
            side.awaitImported(web, "tokyo");
            side.awaitImported(stateful, "tokyo");

            // When
            Ended refused = cleanup(cluster.kubeconfig(), own, "--wait=1");

            // Then
            assertEquals(Exit.FAILED, refused.exit());
            assertTrue(refused.err().contains("nothing was deleted: after 1 s the Lease"), refused.err());
            assertTrue(refused.err().contains(own + "/hikyaku-bridge is held by "), refused.err());
            assertTrue(refused.err().contains("end it first"), refused.err());
            assertEquals(List.of("tokyo"), side.importers(web));
            assertNotEquals(before, objects(shop));

            // When: it ends, and gives up the Lease, which would be its own for 15 s more
            bridge.close();
            Ended done = cleanup(cluster.kubeconfig(), own, "--wait=3");

            // Then
            assertEquals(Exit.DONE, done.exit(), () -> done.out() + done.err());
            assertEquals(before, objects(shop));
            assertTrue(done.out().contains("deleted ServiceImport " + shop + "/web\n"), done.out());
            assertTrue(done.out().endsWith("deleted Lease " + own + "/hikyaku-bridge\n"), done.out());
            assertNull(side.client
                    .leases()
                    .inNamespace(own)
                    .withName(BridgeLease.NAME)
                    .get());
        }
    }

    @Test
    void aDryRunSaysAllAndDoesNothing() throws Exception {
        // Given
        String own = cluster.namespace();
        leave(own, "web");
        String before = objects(own);

        // When
        Ended dry = cleanup(cluster.kubeconfig(), own, "--dry-run", "--only", own);

        // Then
        assertEquals(Exit.DONE, dry.exit());
        assertEquals("""
                would delete EndpointSlice %1$s/derived-web-osaka
                would delete Service %1$s/derived-web
                would delete ServiceImport %1$s/web
                """.formatted(own), dry.out());
        assertEquals(before, objects(own));
        cleanup(cluster.kubeconfig(), own);
    }

    /// Ends with the ServiceImports, which the others are found by.
    @Test
    void theRightsOfTheChartsHookAreEnough() throws Exception {
        // Given
        String release = cluster.namespace();
        String shop = cluster.namespace();
        leave(shop, "web");
        leave(release, "here");
        Path account = hook(release);

        // When
        Ended done = cleanup(account, release);

        // Then
        assertEquals(Exit.DONE, done.exit(), () -> done.out() + done.err());
        assertEquals("", objects(shop) + objects(release));
        List<String> kinds =
                done.out().lines().map(line -> line.split(" ")[1]).distinct().toList();
        assertEquals(List.of("EndpointSlice", "Service", "ServiceImport", "Lease"), kinds);
    }

    @Test
    void theRightsForSomeNamespacesAreEnoughForThese() throws Exception {
        // Given
        String release = cluster.namespace();
        String shop = cluster.namespace();
        String other = cluster.namespace();
        leave(shop, "web");
        leave(other, "web");
        String kept = objects(other);
        Path account = hook(release, "kubernetes.namespaces={" + shop + "}");

        // When
        Ended done = cleanup(account, release, "--only=" + shop);
        Ended more = cleanup(account, release, "--only=" + shop + "," + other);

        // Then
        assertEquals(Exit.DONE, done.exit(), () -> done.out() + done.err());
        assertEquals("", objects(shop) + objects(release));
        assertEquals(kept, objects(other));
        assertEquals(Exit.FAILED, more.exit());
        for (String kind : List.of("EndpointSlices", "Services", "ServiceImports")) {
            String told = "left: " + kind + " in namespace " + other + ": they may not be listed: ";
            assertTrue(more.out().contains(told), more.out());
        }
        cleanup(cluster.kubeconfig(), release);
    }

    /// What the chart's hook gets.
    ///
    /// @return its service account's kubeconfig
    private static Path hook(String release, String... values) throws Exception {
        String all = "mesh=prod,cluster=tokyo,links[0].relay=tls://r1:7443,fullnameOverride=" + release
                + (values.length == 0 ? "" : "," + String.join(",", values));
        cluster.apply(cluster.helm(
                "template",
                release,
                CHART,
                "--namespace",
                release,
                "--set",
                all,
                "--show-only",
                "templates/cleanup.yaml"));
        return cluster.token(release, release + "-cleanup");
    }

    @Test
    void whatMayNotBeDeletedIsToldAndTheRestGoes() throws Exception {
        // Given
        String own = cluster.namespace();
        leave(own, "web");
        Path account = cluster.serviceAccount("""
                {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]},
                {apiGroups: [""], resources: [services], verbs: [get, list]},
                {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list, delete]},
                {apiGroups: [multicluster.x-k8s.io], resources: [serviceimports], verbs: [get, list, delete]}
                """.replace("\n", " "));

        // When
        Ended part = cleanup(account, own);

        // Then
        assertEquals(Exit.FAILED, part.exit());
        assertTrue(part.out().contains("left: Service " + own + "/derived-web: "), part.out());
        assertTrue(part.out().contains("left: Lease " + own + "/hikyaku-bridge: "), part.out());
        assertEquals("service/derived-web\nlease.coordination.k8s.io/hikyaku-bridge\n", objects(own));

        // When: somebody who may comes, the Lease is free at once
        Ended rest = cleanup(cluster.kubeconfig(), own, "--wait=1");

        // Then
        assertEquals(Exit.DONE, rest.exit(), () -> rest.out() + rest.err());
        assertEquals("", objects(own));
    }

    @Test
    void withoutTheRightToTheLeaseNothingIsDeleted() throws Exception {
        // Given
        String own = cluster.namespace();
        leave(own, "web");
        String before = objects(own);
        Path account = cluster.serviceAccount("{apiGroups: [\"*\"], resources: [services], verbs: [\"*\"]}");

        // When
        Ended refused = cleanup(account, own);
        Ended nowhere = cleanup(cluster.kubeconfig(), "no-such-namespace");

        // Then
        assertEquals(Exit.FAILED, refused.exit());
        assertTrue(refused.err().contains("may not be used"), refused.err());
        assertEquals(Exit.FAILED, nowhere.exit());
        assertTrue(nowhere.err().contains("there is no namespace"), nowhere.err());
        assertEquals(before, objects(own));
        cleanup(cluster.kubeconfig(), own);
    }

    @Test
    void moreThanAPageGoesAndWhatWaitsForItsFinalizersIsTold() throws Exception {
        // Given
        String own = cluster.namespace();
        side.apply(String.join(
                "---\n",
                IntStream.range(0, 510)
                        .mapToObj(i -> """
                                apiVersion: discovery.k8s.io/v1
                                kind: EndpointSlice
                                metadata: { namespace: %s, name: slice-%d, labels: %s }
                                addressType: IPv4
                                endpoints: []
                                """.formatted(own, i, labels("web")))
                        .toList()));
        leave(own, "web");
        cluster.kubectl(
                "patch",
                "service",
                "derived-web",
                "--namespace=" + own,
                "--type=merge",
                "--patch={\"metadata\":{\"finalizers\":[\"example.com/wait\"]}}");

        // When
        Ended part = cleanup(cluster.kubeconfig(), own);

        // Then
        assertEquals(Exit.FAILED, part.exit());
        assertEquals("service/derived-web\n", objects(own));
        String waits = "left: Service " + own + "/derived-web: it waits for its finalizers [example.com/wait]\n";
        assertTrue(part.out().contains(waits), part.out());
        cluster.kubectl(
                "patch",
                "service",
                "derived-web",
                "--namespace=" + own,
                "--type=merge",
                "--patch={\"metadata\":{\"finalizers\":null}}");
        assertEquals("", objects(own));
    }

    /// It may be without the Lease just now, for instance because it is starting.
    @Test
    void aPodOfABridgeIsInTheWayUntilItEnds() throws Exception {
        // Given
        String own = cluster.namespace();
        String elsewhere = cluster.namespace();
        leave(own, "web");
        String before = objects(own);
        cluster.apply("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: { namespace: %1$s, name: default }
                ---
                apiVersion: v1
                kind: Pod
                metadata:
                  namespace: %1$s
                  name: bridge
                  labels: { app.kubernetes.io/part-of: hikyaku, app.kubernetes.io/component: bridge }
                spec:
                  automountServiceAccountToken: false
                  containers: [ { name: bridge, image: "hikyaku/bridge:1" } ]
                """.formatted(elsewhere));

        // When
        Ended refused = cleanup(cluster.kubeconfig(), own, "--wait=0");

        // Then
        assertEquals(Exit.FAILED, refused.exit());
        assertTrue(refused.err().contains("the bridge in pod " + elsewhere + "/bridge runs"), refused.err());
        assertEquals(before, objects(own));

        // When: it serves other namespaces
        Ended beside = cleanup(cluster.kubeconfig(), own, "--wait=0", "--only=" + own);

        // Then
        assertEquals(Exit.DONE, beside.exit(), () -> beside.out() + beside.err());
        assertEquals("", objects(own));

        // When
        leave(own, "web");
        cluster.kubectl("delete", "pod", "bridge", "--namespace=" + elsewhere, "--wait=false");
        Ended done = cleanup(cluster.kubeconfig(), own);

        // Then
        assertEquals(Exit.DONE, done.exit(), () -> done.out() + done.err());
        assertEquals("", objects(own));
    }

    @Test
    void aClusterThatDoesNotKnowServiceImportsIsCleanedToo() throws Exception {
        // Given
        try (KubeCluster bare = KubeCluster.start()) {
            String own = bare.namespace();
            bare.apply(behind(own, "web"));

            // When
            Ended done = cleanup(bare.kubeconfig(), own);

            // Then
            assertEquals(Exit.DONE, done.exit(), () -> done.out() + done.err());
            assertEquals(
                    "", bare.kubectl("get", "services,endpointslices,leases", "--namespace", own, "--output=name"));
        }
    }
}
