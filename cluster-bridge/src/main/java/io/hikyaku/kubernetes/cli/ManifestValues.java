package io.hikyaku.kubernetes.cli;

import io.hikyaku.config.value.DnsLabel;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.kubernetes.cli.ManifestsCommand.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What `--set` says, checked. The cluster would say less about a wrong name, and say it later.
///
/// @param cluster empty for a relay
/// @param links URLs of a bridge's relays, or of a relay's peers
/// @param namespaces whose services a bridge carries; none: all
/// @param image if it is not the one of this version
/// @param secret with the identity
/// @param serviceType of a relay's addresses
record ManifestValues(
        String namespace,
        String mesh,
        String cluster,
        List<String> links,
        List<String> namespaces,
        Optional<String> image,
        int replicas,
        String secret,
        String serviceType) {

    private static final int MAX_REPLICAS = 100;
    private static final List<String> OF_BOTH = List.of("image", "mesh", "namespace", "replicas", "secret");
    private static final List<String> OF_A_BRIDGE = List.of("cluster", "namespaces", "relays");
    private static final List<String> OF_A_RELAY = List.of("peers", "type");
    private static final List<String> SERVICE_TYPES = List.of("LoadBalancer", "NodePort", "ClusterIP");

    /// Throws IllegalArgumentException, whose message is for the person who typed.
    static ManifestValues of(Program program, Map<String, String> set) {
        boolean bridge = program == Program.BRIDGE;
        refuseUnknown(program, set, bridge ? OF_A_BRIDGE : OF_A_RELAY);
        String links = bridge ? required(set, "relays", "tls://relay-1.example:7443") : set.getOrDefault("peers", "");
        return new ManifestValues(
                name("namespace", set.getOrDefault("namespace", "hikyaku")),
                name("mesh", required(set, "mesh", "prod")),
                bridge ? name("cluster", required(set, "cluster", "tokyo")) : "",
                list(links).map(url -> LinkUrl.parseDialled(url).toString()).toList(),
                list(set.getOrDefault("namespaces", ""))
                        .map(name -> name("namespaces", name))
                        .toList(),
                Optional.ofNullable(set.get("image")),
                replicas(set.getOrDefault("replicas", "2")),
                set.getOrDefault("secret", "hikyaku-" + program + "-identity"),
                serviceType(set.getOrDefault("type", "LoadBalancer")));
    }

    private static void refuseUnknown(Program program, Map<String, String> set, List<String> own) {
        TreeSet<String> known = new TreeSet<>(OF_BOTH);
        known.addAll(own);
        List<String> unknown = new ArrayList<>(set.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("--set " + unknown.getFirst() + ": no such key of a " + program + "; "
                    + "there are " + String.join(", ", known));
        }
    }

    private static String required(Map<String, String> set, String key, String example) {
        String value = set.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("--set " + key + "=… is required, as in --set " + key + "=" + example);
        }
        return value;
    }

    private static String name(String key, String value) {
        try {
            return DnsLabel.check(value);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("--set " + key + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Stream<String> list(String values) {
        return Stream.of(values.split(",")).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static int replicas(String value) {
        if (!value.matches("[1-9][0-9]{0,2}") || Integer.parseInt(value) > MAX_REPLICAS) {
            throw new IllegalArgumentException("--set replicas: '" + value + "' is not 1 to " + MAX_REPLICAS);
        }
        return Integer.parseInt(value);
    }

    private static String serviceType(String value) {
        if (!SERVICE_TYPES.contains(value)) {
            throw new IllegalArgumentException(
                    "--set type: '" + value + "' is none of " + String.join(", ", SERVICE_TYPES));
        }
        return value;
    }
}
