package io.hikyaku.cli;

import io.hikyaku.status.NodeStatus;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Another cluster, put together from what a status says about its nodes.
///
/// @param services ports that it exports
/// @param outstanding calls of the node in progress there
/// @param roundTripMicros the least of the channels to it, once it was measured
record ClusterSummary(
        String name,
        int nodes,
        int reachable,
        int services,
        long outstanding,
        @Nullable Long roundTripMicros) {
    private static final String CLUSTER = "/cluster/";

    private static final class Sum {
        private final Set<String> nodes = new HashSet<>();
        private final Set<String> reachable = new HashSet<>();
        private final Set<String> services = new HashSet<>();
        private long outstanding;
        private @Nullable Long roundTripMicros;

        private ClusterSummary named(String name) {
            return new ClusterSummary(
                    name, nodes.size(), reachable.size(), services.size(), outstanding, roundTripMicros);
        }
    }

    /// In the order of their names; none for a relay, which only knows members.
    static Collection<ClusterSummary> of(NodeStatus status) {
        Map<String, Sum> sums = new TreeMap<>();
        if (status.program().equals("bridge")) {
            status.members().forEach(member -> add(member, sums));
            status.services().forEach(service -> add(service, sums));
            status.channels().forEach(channel -> add(channel, sums));
        }
        return sums.entrySet().stream()
                .map(entry -> entry.getValue().named(entry.getKey()))
                .toList();
    }

    private static void add(NodeStatus.Member member, Map<String, Sum> sums) {
        String id = member.member();
        int at = id == null ? -1 : id.indexOf(CLUSTER);
        if (id != null && at > 0) {
            Sum sum = sums.computeIfAbsent(id.substring(at + CLUSTER.length()), unknown -> new Sum());
            sum.nodes.add(member.node());
            if (member.reachable()) {
                sum.reachable.add(member.node());
            }
        }
    }

    private static void add(NodeStatus.Service service, Map<String, Sum> sums) {
        for (NodeStatus.Exporter exporter : service.exporters()) {
            Sum sum = sums.computeIfAbsent(exporter.cluster(), unknown -> new Sum());
            sum.nodes.add(exporter.node());
            sum.services.add(service.service() + ":" + service.port());
            sum.outstanding += exporter.outstanding();
            if (exporter.healthy()) {
                sum.reachable.add(exporter.node());
            }
        }
    }

    private static void add(NodeStatus.Channel channel, Map<String, Sum> sums) {
        Sum sum = sums.computeIfAbsent(channel.cluster(), unknown -> new Sum());
        Long measured = channel.roundTripMicros();
        Long before = sum.roundTripMicros;
        if (measured != null && (before == null || measured < before)) {
            sum.roundTripMicros = measured;
        }
    }
}
