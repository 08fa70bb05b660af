package io.hikyaku.demo;

import io.hikyaku.lab.Program;
import java.io.IOException;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/// A call that the demo makes: an ordinary client of one cluster, which knows a local address and nothing else.
///
/// @param from the cluster it is made in
/// @param to the cluster that answers
/// @param service what is called
/// @param protocol what the client speaks
record Call(String from, String to, String service, DemoProtocol protocol) {
    private static final int REPEATS = 9;

    /// What came of it.
    ///
    /// @param way what carried it, as the calling bridge says
    /// @param answer on one line
    /// @param millis median of several calls after the first
    public record Result(Call call, String way, String answer, double millis) {}

    /// Makes the call several times.
    ///
    /// @throws IOException if one of them fails or answers differently
    Result run(Topology topology, Clients clients) throws Exception {
        String address = topology.address(from, service);
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        String answer = protocol.call(clients, port);
        double[] millis = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            String again = protocol.call(clients, port);
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (!again.equals(answer)) {
                throw new IOException(service + " answered \"" + again + "\" after \"" + answer + "\"");
            }
        }
        Arrays.sort(millis);
        return new Result(this, way(topology.bridge(from)), answer, millis[REPEATS / 2]);
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
