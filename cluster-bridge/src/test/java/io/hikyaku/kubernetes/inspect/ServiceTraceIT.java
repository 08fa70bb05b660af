package io.hikyaku.kubernetes.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.hikyaku.kubernetes.inspect.ServiceTrace.Question;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Commands that reach pods through the API server. A real one passes nothing on to loopback addresses, so this one is
/// not real: it answers by path.
@Timeout(180)
class ServiceTraceIT {
    private static final String POD = "/api/v1/namespaces/hikyaku/pods/bridge-0:";
    private static final String METRICS =
            "hikyaku_call_duration_seconds_%s{peer=\"osaka\",service=\"shop/orders:80\"," + "side=\"import\"} %d\n";

    @TempDir
    private Path folder;

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (path.equals(POD + "20001/proxy/hello")) {
                calls.incrementAndGet();
            }
            String answer = path.equals(POD + "9400/proxy/metrics")
                    ? METRICS.formatted("count", calls.get()) + METRICS.formatted("sum", calls.get())
                    : answers.get(path);
            byte[] body = (answer == null ? "{\"message\": \"not found\"}" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        answers.put(
                "/apis/apps/v1/namespaces/hikyaku/deployments",
                "{\"items\": [{\"metadata\": {\"name\": \"bridge\"}}]}");
        answers.put(
                "/api/v1/namespaces/hikyaku/pods",
                "{\"items\": [{\"metadata\": {\"name\": \"bridge-0\", \"namespace\": \"hikyaku\"}}]}");
        answers.put("/apis/multicluster.x-k8s.io", "{\"versions\": [{\"version\": \"v1beta1\"}]}");
        answers.put("/apis/multicluster.x-k8s.io/v1beta1/namespaces/shop/serviceimports/orders", """
                {"metadata": {"namespace": "shop", "name": "orders", "annotations": {"hikyaku.io/listeners": "80=20001"}},
                 "spec": {"type": "ClusterSetIP", "ports": [{"port": 80}, {"port": 81}]},
                 "status": {"clusters": [{"cluster": "osaka"}]}}
                """);
        answers.put(
                POD + "9400/proxy/api/v1/status", new String(NodeStatusJson.write(status()), StandardCharsets.UTF_8));
        answers.put(POD + "20001/proxy/hello", "hello");
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void aCallIsMadeAndSaysWhoAnswered() throws Exception {
        // When
        String text = ServiceTrace.text(question("orders", 80, "/hello"), "test");

        // Then
        assertTrue(text.contains("calls go to osaka: nobody else takes them"), text);
        assertTrue(text.contains("GET /hello at bridge-0:20001: status 200 in "), text);
        assertTrue(text.contains("answered by osaka: "), text);
        assertEquals(1, calls.get());
    }

    @Test
    void whatIsNotThereIsSaid() {
        // When
        IOException service = assertThrows(IOException.class, () -> ServiceTrace.text(question("x", 80, "/"), "test"));
        IOException port = assertThrows(IOException.class, () -> ServiceTrace.text(question("orders", 8, "/"), "test"));
        IOException listener =
                assertThrows(IOException.class, () -> ServiceTrace.text(question("orders", 81, "/"), "test"));

        // Then
        assertTrue(String.valueOf(service.getMessage()).contains("no ServiceImport x in namespace shop"));
        assertTrue(String.valueOf(port.getMessage()).contains("has no port 8"));
        assertTrue(String.valueOf(listener.getMessage()).contains("no bridge listens for port 81"));
    }

    @Test
    void theBridgesStatusComesThroughTheApiServer() throws Exception {
        // When
        String text = BridgeReport.text(target("hikyaku"), false, "test");
        String json = BridgeReport.text(target("hikyaku"), true, "test");

        // Then
        assertTrue(text.startsWith("bridge of cluster tokyo of mesh prod\n"), text);
        assertTrue(json.contains("\"bridge-0\" : {"), json);
    }

    @Test
    void aPodThatDoesNotAnswerIsShownAllTheSame() throws Exception {
        // Given
        answers.remove(POD + "9400/proxy/api/v1/status");

        // When
        String text = BridgeReport.text(target("hikyaku"), false, "test");

        // Then
        assertTrue(text.contains("pod bridge-0 does not answer through the API server (status 404)"), text);
    }

    private Question question(String service, int port, String call) throws IOException {
        return new Question(target("shop"), service, Optional.of(port), Optional.of(call), "hikyaku");
    }

    private KubeTarget target(String namespace) throws IOException {
        Path file = Files.writeString(
                folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: one
                contexts: [{name: one, context: {cluster: one, user: one}}]
                clusters: [{name: one, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: one, user: {token: t}}]
                """.formatted(server.getAddress().getPort()));
        return new KubeTarget(Optional.of(file), Optional.empty(), Optional.of(namespace));
    }

    private static NodeStatus status() {
        return new NodeStatus(
                "bridge",
                "1.2.3",
                "prod",
                "spiffe://prod/cluster/tokyo",
                "00",
                1,
                true,
                List.of(),
                List.of(),
                List.of(),
                List.of(new NodeStatus.Service(
                        "shop/orders", 80, "http", List.of(new NodeStatus.Exporter("osaka", "01", true, 0)))),
                List.of(),
                List.of(),
                NodeStatus.Streams.NONE,
                null,
                List.of(),
                null,
                List.of());
    }
}
