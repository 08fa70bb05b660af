package io.hikyaku.demo;

import io.hikyaku.lab.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/// A call that the demo makes: an ordinary client of one cluster, which knows a local address and nothing else.
///
/// @param from the cluster it is made in
/// @param to the cluster that answers
/// @param service what is called
/// @param tcp whether it is a TCP session in which the server speaks first; else an HTTP request
record Call(String from, String to, String service, boolean tcp) {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final int REPEATS = 9;
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    /// What came of it.
    ///
    /// @param way what carried it, as the calling bridge says
    /// @param answer the first line
    /// @param millis median of several calls after the first
    record Result(Call call, String way, String answer, double millis) {}

    /// Makes the call several times.
    ///
    /// @throws IOException if one of them fails or answers differently
    Result run(Topology topology) throws IOException, InterruptedException {
        String address = topology.address(from, service);
        String answer = once(address);
        double[] millis = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            String again = once(address);
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (!again.equals(answer)) {
                throw new IOException(service + " answered \"" + again + "\" after \"" + answer + "\"");
            }
        }
        Arrays.sort(millis);
        return new Result(this, way(topology.bridge(from)), answer, millis[REPEATS / 2]);
    }

    private String once(String address) throws IOException, InterruptedException {
        return tcp ? session(address) : get(address);
    }

    private String get(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                .timeout(LIMIT)
                .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        String line = response.body().lines().findFirst().orElse("");
        if (response.statusCode() >= 500) {
            throw new IOException(service + " answered " + response.statusCode() + ": " + line);
        }
        return response.statusCode() + " " + line;
    }

    private String session(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    (int) LIMIT.toMillis());
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String greeting = in.readLine();
            socket.getOutputStream().write("stop press\n".getBytes(StandardCharsets.UTF_8));
            return greeting + " / " + in.readLine();
        }
    }

    /// The way that the channel to the answering cluster takes now.
    private String way(Program bridge) throws IOException, InterruptedException {
        for (JsonNode channel : bridge.status().path("channels")) {
            if (channel.path("cluster").asString("").equals(to)) {
                return channel.path("path").asString("").contains("kafka") ? "Kafka" : "relay";
            }
        }
        return "none";
    }
}
