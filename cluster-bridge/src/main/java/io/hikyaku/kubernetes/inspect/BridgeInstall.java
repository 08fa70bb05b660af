package io.hikyaku.kubernetes.inspect;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// A cluster's bridge as the charts install it: found by its labels, read from its Deployment.
///
/// @param namespace it is in
/// @param deployment the object
/// @param pods its pods, also those that are not ready
public record BridgeInstall(String namespace, JsonNode deployment, List<BridgePod> pods) {
    /// Selects bridges' Deployments and pods, by the labels that the charts give them.
    public static final String LABELS = "app.kubernetes.io/part-of=hikyaku,app.kubernetes.io/component=bridge";

    private static final String SELECTOR = "labelSelector=" + RawApi.encoded(LABELS);

    /// The first one in the namespace.
    public static Optional<BridgeInstall> find(RawApi api, String namespace) throws IOException {
        List<JsonNode> deployments = api.list("/apis/apps/v1/namespaces/" + namespace + "/deployments", SELECTOR);
        if (deployments.isEmpty()) {
            return Optional.empty();
        }
        List<BridgePod> pods = api.list("/api/v1/namespaces/" + namespace + "/pods", SELECTOR).stream()
                .map(BridgePod::new)
                .toList();
        return Optional.of(new BridgeInstall(namespace, deployments.getFirst(), pods));
    }

    public String name() {
        return deployment.at("/metadata/name").asString("");
    }

    public String serviceAccount() {
        return spec().path("serviceAccountName").asString("default");
    }

    public int replicas() {
        return deployment.at("/spec/replicas").asInt(1);
    }

    /// The labels of its pods.
    public Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        deployment
                .at("/spec/template/metadata/labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString("")));
        return labels;
    }

    /// Of the Secret with the bridge's certificate.
    public Optional<String> identitySecret() {
        return volume("identity").map(volume -> volume.at("/secret/secretName").asString(""));
    }

    /// Under which key that Secret has what the bridge sees as this file.
    public String identityKey(String file) {
        return volume("identity").stream()
                .flatMap(volume -> volume.at("/secret/items").valueStream())
                .filter(item -> item.path("path").asString("").equals(file))
                .map(item -> item.path("key").asString(file))
                .findFirst()
                .orElse(file);
    }

    /// What its ConfigMap holds.
    ///
    /// @throws ConfigException if that is no configuration of a bridge
    public Optional<BridgeConfig> config(RawApi api) throws IOException {
        Optional<String> map =
                volume("config").map(volume -> volume.at("/configMap/name").asString(""));
        if (map.isEmpty()) {
            return Optional.empty();
        }
        return api.get("/api/v1/namespaces/" + namespace + "/configmaps/" + map.get())
                .map(object -> object.path("data").path("bridge.yaml").asString(""))
                .filter(text -> !text.isEmpty())
                .map(text -> Reading.text(Path.of("ConfigMap", map.get()), text, BridgeConfig::read));
    }

    private Optional<JsonNode> volume(String name) {
        return spec().path("volumes")
                .valueStream()
                .filter(volume -> volume.path("name").asString("").equals(name))
                .findFirst();
    }

    private JsonNode spec() {
        return deployment.at("/spec/template/spec");
    }
}
