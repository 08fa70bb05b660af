package io.hikyaku.kubernetes.inspect;

import io.hikyaku.kubernetes.inspect.RawApi.Answer;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One of the bridge's pods.
///
/// @param object as the API server has it
public record BridgePod(JsonNode object) {
    private static final int ADMIN = 9400;

    public String name() {
        return object.at("/metadata/name").asString("");
    }

    public String address() {
        return object.at("/status/podIP").asString("");
    }

    public String image() {
        return object.at("/spec/containers/0/image").asString("");
    }

    public boolean isReady() {
        return object.at("/status/conditions")
                .valueStream()
                .anyMatch(condition -> condition.path("type").asString("").equals("Ready")
                        && condition.path("status").asString("").equals("True"));
    }

    /// Whether it has been told to end.
    public boolean isEnding() {
        return !object.at("/metadata/deletionTimestamp").isMissingNode();
    }

    /// Why it is not ready, as far as its object says: what its container waits for, or what a condition says.
    public String trouble() {
        Optional<JsonNode> waiting = object.at("/status/containerStatuses")
                .valueStream()
                .map(status -> status.at("/state/waiting"))
                .filter(state -> !state.isMissingNode())
                .findFirst();
        if (waiting.isPresent()) {
            return sentence(waiting.get());
        }
        return object.at("/status/conditions")
                .valueStream()
                .filter(condition -> condition.path("status").asString("").equals("False")
                        && !condition.path("message").asString("").isEmpty())
                .map(BridgePod::sentence)
                .findFirst()
                .orElse("not ready");
    }

    private static String sentence(JsonNode said) {
        String message = said.path("message").asString("");
        return said.path("reason").asString("not ready") + (message.isEmpty() ? "" : ": " + message);
    }

    /// What it says of itself at its admin server.
    ///
    /// @throws RawApi.Forbidden if we may not use the proxy to pods
    /// @throws IOException if it does not answer, for instance because a NetworkPolicy keeps the API server out
    public NodeStatus status(RawApi api) throws IOException {
        Answer answer =
                api.getFromPod(object.at("/metadata/namespace").asString(""), name(), admin(), "/api/v1/status");
        if (answer.status() == HttpURLConnection.HTTP_FORBIDDEN) {
            throw new RawApi.Forbidden(
                    "the API server passes no request on to pod " + name() + ": " + RawApi.message(answer));
        }
        if (answer.status() != HttpURLConnection.HTTP_OK) {
            throw new IOException("pod " + name() + " does not answer through the API server (status " + answer.status()
                    + "); kubectl port-forward may reach it");
        }
        try {
            return NodeStatusJson.read(answer.body().getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException other) {
            throw new IOException("pod " + name() + ": " + other.getMessage(), other);
        }
    }

    /// Its port named `admin`.
    int admin() {
        List<Integer> ports = object.at("/spec/containers")
                .valueStream()
                .flatMap(container -> container.path("ports").valueStream())
                .filter(port -> port.path("name").asString("").equals("admin"))
                .map(port -> port.path("containerPort").asInt(ADMIN))
                .toList();
        return ports.isEmpty() ? ADMIN : ports.getFirst();
    }
}
