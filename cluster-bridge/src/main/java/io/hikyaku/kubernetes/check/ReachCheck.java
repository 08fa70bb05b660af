package io.hikyaku.kubernetes.check;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.KafkaLink;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.status.NodeStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Whether relays and brokers are reached: by the bridges, as their status says, and from this machine.
final class ReachCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /// Of one configuration; more than these are not tried.
    private static final int MOST = 32;

    private ReachCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) {
        Optional<BridgeConfig> config = cluster.config();
        if (config.isEmpty()) {
            return List.of(CheckResult.skipped(
                    "links", "the bridge's configuration could not be read", "give the file with --config"));
        }
        List<CheckResult> results = new ArrayList<>();
        Map<String, HostPort> ends = ends(config.get());
        if (ends.isEmpty() && config.get().listen().isEmpty()) {
            results.add(CheckResult.fail("links", "none is configured", "name a relay or Kafka under links"));
        }
        ends.entrySet().stream().limit(MOST).forEach(end -> {
            Optional<String> failure = connect(end.getValue());
            results.add(of(end.getKey(), failure, seen(end.getKey(), cluster.statuses())));
        });
        return results;
    }

    /// By the name that a status gives the link.
    private static Map<String, HostPort> ends(BridgeConfig config) {
        Map<String, HostPort> ends = new LinkedHashMap<>();
        for (LinkUrl relay : config.relays()) {
            ends.put(relay.toString(), relay.address());
        }
        config.kafka()
                .map(KafkaLink::bootstrapServers)
                .orElse(List.of())
                .forEach(broker -> ends.put("kafka " + broker, broker));
        return ends;
    }

    /// The link in the eyes of each pod. A link to Kafka has all brokers in its name.
    private static Map<String, NodeStatus.Link> seen(String name, Map<String, NodeStatus> statuses) {
        Map<String, NodeStatus.Link> seen = new TreeMap<>();
        statuses.forEach((pod, status) -> status.links().stream()
                .filter(link -> name.startsWith("kafka ")
                        ? link.name().startsWith("kafka ")
                        : link.name().equals(name))
                .reduce((one, other) -> other.up() ? other : one) // one for each event loop
                .ifPresent(link -> seen.put(pod, link)));
        return seen;
    }

    /// @param failure of a connection from this machine
    /// @param seen by pods that answered
    static CheckResult of(String name, Optional<String> failure, Map<String, NodeStatus.Link> seen) {
        String here = failure.map(why -> "not reached from this machine (" + why + ")")
                .orElse("reached from this machine");
        List<String> down = seen.entrySet().stream()
                .filter(each -> !each.getValue().up())
                .map(each -> each.getKey() + ": "
                        + Optional.ofNullable(each.getValue().lastError()).orElse("no connection yet"))
                .toList();
        if (!down.isEmpty()) {
            return CheckResult.fail(
                    name,
                    "down at " + String.join("; ", down) + "; " + here,
                    failure.isPresent()
                            ? "see that it runs, and that firewalls and policies let the pods out to it"
                            : "see that policies let the pods out to it, and that its identity and the bridge's are of"
                                    + " one mesh");
        }
        if (!seen.isEmpty()) {
            return CheckResult.ok(name, "up at " + String.join(", ", seen.keySet()) + "; " + here);
        }
        return failure.isEmpty()
                ? CheckResult.ok(name, here + "; no bridge was asked")
                : CheckResult.warn(name, here + "; no bridge was asked", "ask a bridge in the cluster: its status");
    }

    private static Optional<String> connect(HostPort to) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(to.host(), to.port()), Math.toIntExact(PATIENCE.toMillis()));
            return Optional.empty();
        } catch (IOException | RuntimeException failed) {
            return Optional.of(String.valueOf(failed.getMessage()));
        }
    }
}
