package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/// The whole, on real nodes: two clusters with equal address ranges behind NAT, whose bridges the chart installed, and
/// a third without Kubernetes. A pod in `west`, which knows nothing but names under `clusterset.local`, calls what is
/// exported elsewhere. The tests go from installing to uninstalling, so each begins where the one before ended.
@Tag("patient")
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeMeshIT {
    private static final String ORDERS = "orders.shop.svc.clusterset.local";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static KubeMesh mesh;

    @BeforeAll
    static void installOverARelay() throws Exception {
        RealCluster.assume();
        PodImage.assume();
        mesh = KubeMesh.start();
        mesh.startRelay();
        mesh.startOuter("{ relay: \"tls://" + RealCluster.WAN_ADDRESS + ":7443\" }");
        mesh.helm("install", KubeMesh.RELAY);
        mesh.east.apply(resource("exporting.yaml"));
        mesh.west.apply(resource("calling.yaml"));
        mesh.east.kubectl("rollout", "status", "deploy/orders", "--namespace=shop", "--timeout=180s");
        mesh.east.kubectl("rollout", "status", "statefulset/web", "--namespace=shop", "--timeout=180s");
        mesh.west.kubectl("wait", "--for=condition=Ready", "pod/client", "--namespace=shop", "--timeout=180s");
    }

    @AfterAll
    static void endAll() throws Exception {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    @Order(1)
    void answersInEveryProtocolOverARelay() throws Exception {
        assertAnswersInEveryProtocol();
    }

    @Test
    @Order(2)
    void tellsTheExporterWhichPodCalls() throws Exception {
        // When
        curl("http://" + ORDERS + "/who-calls");

        // Then
        Await.until(
                "the access log has the call",
                PATIENCE,
                () -> Arrays.stream(mesh.bridgeLogs("east").split("\n"))
                        .filter(line -> line.contains("/who-calls"))
                        .anyMatch(line -> line.contains("\"peer\":\"west\"")
                                && line.contains("\"callerNamespace\":\"shop\"")
                                && line.contains("\"callerServiceAccount\":\"till\"")
                                && line.contains("\"callerPod\":\"client\"")));
    }

    @Test
    @Order(3)
    void answersSoonAfterTheExport() throws Exception {
        // Given
        mesh.east.apply("""
                apiVersion: v1
                kind: Service
                metadata: { name: late, namespace: shop }
                spec: { selector: { app: orders }, ports: [ { name: http, port: 80, targetPort: 8080 } ] }
                """);

        Path out = mesh.file("late");
        // An attempt before kube-proxy knows of the address is lost: its caller would wait for its own timeout.
        String loop = "until curl -sf --connect-timeout 0.2 -m 5 http://late.shop.svc.clusterset.local/; "
                + "do sleep 0.02; done; date +%s%3N";
        Process client = mesh.west.background(out, "exec", "--namespace=shop", "client", "--", "bash", "-c", loop);

        // When
        mesh.east.apply("""
                apiVersion: multicluster.x-k8s.io/v1beta1
                kind: ServiceExport
                metadata: { name: late, namespace: shop }
                """);
        long exported = System.currentTimeMillis();

        // Then
        assertTrue(client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        String answer = Files.readString(out).strip();
        long millis = Long.parseLong(answer.substring(answer.lastIndexOf('\n') + 1)) - exported;
        System.out.println("from ServiceExport to the first answer in the other cluster: " + millis + " ms");
        assertTrue(answer.startsWith("orders-"), answer);
    }

    @Test
    @Order(4)
    void doesNotCallAPodThatIsNotReady() throws Exception {
        // Given
        String pod = mesh.east.kubectl(
                "get",
                "pods",
                "--namespace=shop",
                "--selector=app=orders",
                "--output=jsonpath={.items[0].metadata.name}");

        try (SteadyCalls calls = steady("unready")) {
            int first = calls.all().size();

            // When
            mesh.east.kubectl("exec", "--namespace=shop", pod, "--", "touch", "" + PodServices.UNREADY);
            mesh.east.kubectl("wait", "--for=condition=Ready=false", "pod/" + pod, "--namespace=shop", "--timeout=60s");
            long unready = System.currentTimeMillis();
            calls.awaitMore(50);

            // Then
            long last = calls.all().stream()
                    .filter(call -> call.outcome().contains(pod))
                    .mapToLong(SteadyCalls.Call::began)
                    .max()
                    .orElse(unready);
            System.out.println("from unready to the last call there: " + (last - unready) + " ms");
            assertTrue(last - unready < 5000, () -> "called " + (last - unready) + " ms after it became unready");
            calls.assertNoneFailedSince(first);
        } finally {
            mesh.east.kubectl("exec", "--namespace=shop", pod, "--", "rm", "-f", "" + PodServices.UNREADY);
        }
    }

    @Test
    @Order(5)
    void losesNoCallWhileBridgesAndPodsRoll() throws Exception {
        mesh.east.kubectl("rollout", "status", "deploy/orders", "--namespace=shop", "--timeout=180s");
        try (SteadyCalls calls = steady("rolling")) {
            int first = calls.all().size();
            for (String name : List.of("west", "east")) {
                // When
                rollout(mesh.cluster(name), "hikyaku", "deploy/hikyaku-bridge", "restart");

                // Then
                calls.awaitMore(10);
                calls.assertNoneFailedSince(first);
            }

            // When
            rollout(mesh.east, "shop", "deploy/orders", "restart");
            mesh.east.kubectl("scale", "deploy/orders", "--namespace=shop", "--replicas=1");
            calls.awaitMore(50);
            mesh.east.kubectl("scale", "deploy/orders", "--namespace=shop", "--replicas=2");
            mesh.east.kubectl("rollout", "status", "deploy/orders", "--namespace=shop", "--timeout=180s");

            // Then
            calls.awaitMore(10);
            calls.assertNoneFailedSince(first);
        }
    }

    @Test
    @Order(6)
    void losesNoCallWhenPodsOfBridgesAreDeleted() throws Exception {
        try (SteadyCalls calls = steady("deleted")) {
            int first = calls.all().size();
            for (String name : List.of("west", "east")) {
                // When
                mesh.deleteLeader(name, "--wait=true");

                // Then
                rollout(mesh.cluster(name), "hikyaku", "deploy/hikyaku-bridge", "status");
                calls.awaitMore(10);
                calls.assertNoneFailedSince(first);
            }
        }
    }

    /// Connections of the bridge that is killed fail, and callers have to make them anew: here, within seconds.
    @Test
    @Order(7)
    void goesOnWhenAPodOfABridgeIsKilled() throws Exception {
        for (String name : List.of("east", "west")) {
            try (SteadyCalls calls = steady("killed-" + name)) {
                int first = calls.all().size();

                // When
                mesh.deleteLeader(name, "--force", "--grace-period=0");
                long killed = System.currentTimeMillis();

                // Then
                calls.awaitSucceeding(20);
                calls.awaitMore(110); // what hangs has ended by then
                System.out.println("killed a bridge of " + name + ": " + calls.failures(first, killed));
                rollout(mesh.cluster(name), "hikyaku", "deploy/hikyaku-bridge", "status");
            }
        }
    }

    @Test
    @Order(8)
    void losesNoCallWhileTheChartIsUpgradedAndRolledBack() throws Exception {
        try (SteadyCalls calls = steady("upgrading")) {
            int first = calls.all().size();

            // When
            mesh.helm("upgrade", KubeMesh.RELAY, "drainSeconds=8");
            mesh.west.helm("rollback", "hikyaku-bridge", "1", "--namespace=hikyaku", "--wait", "--timeout=240s");

            // Then
            calls.awaitMore(10);
            calls.assertNoneFailedSince(first);
        }
    }

    @Test
    @Order(9)
    void needsNoRightsButThoseOfTheChart() throws Exception {
        for (String name : List.of("east", "west")) {
            String logs = mesh.bridgeLogs(name).toLowerCase(Locale.ROOT);
            assertFalse(logs.contains("forbidden") || logs.contains("code=403"), () -> name + ": " + logs);
        }
    }

    @Test
    @Order(10)
    void answersInEveryProtocolOverKafka() throws Exception {
        // Given
        String link = mesh.startKafka();
        mesh.startOuter("{ kafka: { bootstrapServers: \"" + link.substring(link.indexOf('=') + 1) + "\" } }");
        mesh.helm("upgrade", link);

        // Then
        assertAnswersInEveryProtocol();
    }

    @Test
    @Order(11)
    void leavesNothingBehind() throws Exception {
        // When
        mesh.west.helm("uninstall", "hikyaku-bridge", "--namespace=hikyaku", "--wait", "--timeout=240s");

        // Then
        assertEquals("", mesh.west.kubectl("get", "serviceimports", "--all-namespaces", "--output=name"));
        assertFalse(mesh.west
                .kubectl("get", "services,endpointslices", "--all-namespaces", "--output=name")
                .contains("derived-"));
        assertEquals(
                "",
                mesh.west.kubectl(
                        "get",
                        "clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,networkpolicies",
                        "--all-namespaces",
                        "--selector=app.kubernetes.io/instance=hikyaku-bridge",
                        "--output=name"));
        Await.until( // pods end after what made them
                "nothing of ours is left",
                PATIENCE,
                () -> mesh.west
                        .kubectl("get", "leases,deployments,jobs,pods", "--namespace=hikyaku", "--output=name")
                        .isEmpty());
    }

    private static void assertAnswersInEveryProtocol() throws Exception {
        assertTrue(curl("http://" + ORDERS + "/path").matches("orders-\\S+ says /path\n"));
        assertEquals("outer says /path\n", curl("http://legacy.shop.svc.clusterset.local/path"));
        assertEquals("web-0 says /pod\n", curl("http://web-0.east.web.shop.svc.clusterset.local:8080/pod"));
        assertAnswers("orders-\\S+ says hello", java("websocket", "ws://" + ORDERS + "/chat", "hello"));
        assertAnswers("orders-\\S+ says unary", java("grpc", ORDERS + ":9000"));
        String lines = "(sleep 1; echo ping) | timeout 20 nc -q 1 " + ORDERS + " 2000";
        assertAnswers("orders-\\S+ says welcome\nping", "sh", "-c", lines);
        String redis =
                "(printf 'SET a 5\\r\\nGET a\\r\\nQUIT\\r\\n'; sleep 1) | timeout 20 nc redis.shop.svc.clusterset.local 6379";
        assertAnswers("\\+OK\r\n\\$1\r\n5\r\n\\+OK", "sh", "-c", redis);
    }

    private static String[] java(String... arguments) {
        String[] command = new String[arguments.length + 4];
        List.of("java", "-cp", "/app/classes:/app/*", PodCalls.class.getName()).toArray(command);
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        return command;
    }

    private static String curl(String url) throws Exception {
        AtomicReference<String> answer = new AtomicReference<>("");
        Await.until("an answer from " + url, PATIENCE, () -> {
            answer.set(inClient("sh", "-c", "curl -sS -f -m 10 " + url + " 2>&1 || true"));
            return answer.get().contains(" says ");
        });
        return answer.get();
    }

    private static void assertAnswers(String pattern, String... command) throws Exception {
        String answer = inClient(command).strip();
        assertTrue(answer.matches(pattern), () -> Arrays.toString(command) + ": " + answer);
    }

    private static String inClient(String... command) throws Exception {
        String[] arguments = new String[command.length + 4];
        List.of("exec", "--namespace=shop", "client", "--").toArray(arguments);
        System.arraycopy(command, 0, arguments, 4, command.length);
        return mesh.west.kubectl(arguments);
    }

    private static SteadyCalls steady(String name) throws Exception {
        return SteadyCalls.start(mesh.west, mesh.file(name + ".calls"), "http://" + ORDERS + "/steady");
    }

    private static void rollout(RealCluster cluster, String namespace, String what, String action) throws Exception {
        if (!action.equals("status")) {
            cluster.kubectl("rollout", action, what, "--namespace=" + namespace);
        }
        cluster.kubectl("rollout", "status", what, "--namespace=" + namespace, "--timeout=240s");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(KubeMeshIT.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
