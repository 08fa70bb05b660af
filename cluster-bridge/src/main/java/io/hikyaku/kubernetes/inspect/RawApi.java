package io.hikyaku.kubernetes.inspect;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.hikyaku.kubernetes.client.ApiServer;
import io.hikyaku.kubernetes.client.ClientBounds;
import io.hikyaku.kubernetes.client.CommandClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API server, by paths and JSON. For one thread.
public final class RawApi implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ClientBounds BOUNDS = new ClientBounds(
            Duration.ofSeconds(5), Duration.ofSeconds(10), 0, Duration.ofMillis(250), Duration.ofMillis(250));
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int PAGE = 500;
    /// Of one list; what a cluster has more of is not looked at.
    private static final int MOST = 20_000;

    private final CommandClient opened;
    private final KubernetesClient client;

    /// We may not.
    public static final class Forbidden extends IOException {
        private static final long serialVersionUID = 1;

        Forbidden(String message) {
            super(message);
        }
    }

    /// Any answer but one that could not be had.
    ///
    /// @param headers the last one of each name, in lower case
    /// @param took until the answer was there
    public record Answer(int status, Map<String, String> headers, String body, Duration took) {}

    private RawApi(CommandClient opened) {
        this.opened = opened;
        client = opened.client();
    }

    /// @param version of this program
    /// @throws IOException if the cluster or the files that say how to reach it are not there
    public static RawApi open(KubeTarget target, String version) throws IOException {
        return open(target.server(), version);
    }

    static RawApi open(ApiServer server, String version) throws IOException {
        return new RawApi(CommandClient.open(server, BOUNDS, version));
    }

    /// Its URL.
    public String address() {
        return client.getMasterUrl().toString();
    }

    /// That of the context.
    public String namespace() {
        String namespace = client.getNamespace();
        return namespace == null ? "default" : namespace;
    }

    /// Empty if there is no such object, or no such kind.
    ///
    /// @param path from the root of the server
    public Optional<JsonNode> get(String path) throws IOException {
        Answer answer = call("GET", path, null);
        return answer.status() == HttpURLConnection.HTTP_NOT_FOUND ? Optional.empty() : Optional.of(json(path, answer));
    }

    /// All objects of a list; none if there is no such kind.
    ///
    /// @param query such as `labelSelector=a%3Db`, or nothing
    public List<JsonNode> list(String path, String query) throws IOException {
        List<JsonNode> items = new ArrayList<>();
        String next = "";
        do {
            String page = path + "?limit=" + PAGE + (query.isEmpty() ? "" : "&" + query)
                    + (next.isEmpty() ? "" : "&continue=" + encoded(next));
            Optional<JsonNode> list = get(page);
            list.ifPresent(found -> found.path("items").forEach(items::add));
            next = list.map(found -> found.at("/metadata/continue").asString(""))
                    .orElse("");
        } while (!next.isEmpty() && items.size() < MOST);
        return items;
    }

    /// What the server makes of the object.
    public JsonNode post(String path, JsonNode object) throws IOException {
        return json(path, call("POST", path, object.toString()));
    }

    /// What a pod's own HTTP server answers: the API server passes the request on.
    ///
    /// @param port its number
    /// @param path on that server, with its first slash
    public Answer getFromPod(String namespace, String pod, int port, String path) throws IOException {
        return call("GET", "/api/v1/namespaces/" + namespace + "/pods/" + pod + ":" + port + "/proxy" + path, null);
    }

    /// For queries.
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Why the API server refused, in its words.
    static String message(Answer answer) {
        try {
            return JSON.readTree(answer.body()).path("message").asString("status " + answer.status());
        } catch (JacksonException other) {
            return "status " + answer.status();
        }
    }

    private static JsonNode json(String path, Answer answer) throws IOException {
        try {
            JsonNode node = JSON.readTree(answer.body());
            if (answer.status() >= 200 && answer.status() < 300) {
                return node;
            }
            String message = message(answer);
            if (answer.status() == HttpURLConnection.HTTP_FORBIDDEN) {
                throw new Forbidden(message);
            }
            throw new IOException("the API server answered to " + path + ": " + message);
        } catch (JacksonException unreadable) {
            throw new IOException("the API server answered to " + path + " with status " + answer.status(), unreadable);
        }
    }

    private Answer call(String method, String path, @Nullable String body) throws IOException {
        String root = client.getMasterUrl().toString().replaceFirst("/+$", "");
        HttpRequest.Builder request =
                client.getHttpClient().newHttpRequestBuilder().uri(root + path);
        request.method(method, "application/json", body);
        long began = System.nanoTime();
        try {
            HttpResponse<byte[]> response = client.getHttpClient()
                    .sendAsync(request.build(), byte[].class)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            Map<String, String> headers = new TreeMap<>();
            response.headers().forEach((name, values) -> {
                if (!values.isEmpty()) {
                    headers.put(name.toLowerCase(Locale.ROOT), values.getLast());
                }
            });
            byte[] bytes = response.body() == null ? new byte[0] : response.body();
            return new Answer(response.code(), headers, new String(bytes, StandardCharsets.UTF_8), took);
        } catch (TimeoutException slow) {
            throw new IOException(address() + " did not answer within " + PATIENCE.toSeconds() + " s", slow);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new IOException(address() + " is not reached: " + cause.getMessage(), cause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
