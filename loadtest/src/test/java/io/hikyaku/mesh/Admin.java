package io.hikyaku.mesh;

import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// What a relay or bridge says of itself at its admin server.
record Admin(int port) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// What must be zero when no call is under way and nobody is connected.
    private static final List<String> GAUGES = List.of(
            "hikyaku_streams_open",
            "hikyaku_streams_queued_bytes",
            "hikyaku_streams_held_bytes",
            "hikyaku_streams_stalled",
            "hikyaku_calls_in_flight",
            "hikyaku_memory_reserved_bytes",
            "hikyaku_listener_connections",
            "hikyaku_target_connections");

    static Admin of(Program program) {
        return new Admin(Integer.parseInt(program.admin().split(":")[1]));
    }

    NodeStatus status() throws IOException, InterruptedException {
        return NodeStatusJson.read(get("/api/v1/status").body().getBytes(StandardCharsets.UTF_8));
    }

    boolean ready() throws IOException, InterruptedException {
        return get("/readyz").statusCode() == 200;
    }

    /// The sum over all labels of a meter, and 0 without one.
    ///
    /// @param labels texts that must stand in the labels
    double sum(String meter, String... labels) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(meter + " ") || line.startsWith(meter + "{"))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /// Waits until the bridge can reach this many exporters of a service. When it cannot, the failure says what the
    /// bridge sees instead.
    void awaitExporters(String service, int count) throws Exception {
        try {
            Await.until(
                    count + " exporters of " + service + " at " + port,
                    () -> status().services().stream()
                                    .filter(known -> known.service().equals(service))
                                    .flatMap(known -> known.exporters().stream())
                                    .filter(NodeStatus.Exporter::healthy)
                                    .count()
                            == count);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "%s; %.0f tasks failed; its status: %s"
                            .formatted(e.getMessage(), sum("hikyaku_tasks_failed_total"), status()),
                    e);
        }
    }

    /// Waits until no call is under way, whoever stays connected.
    void awaitNoCalls() throws Exception {
        for (String gauge : GAUGES.subList(0, 6)) {
            Await.until(gauge + " is zero at " + port, () -> sum(gauge) == 0);
        }
    }

    void awaitQuiet() throws Exception {
        for (String gauge : GAUGES) {
            Await.until(gauge + " is zero at " + port, () -> sum(gauge) == 0);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
