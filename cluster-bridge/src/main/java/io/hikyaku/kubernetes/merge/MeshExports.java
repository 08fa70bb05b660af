package io.hikyaku.kubernetes.merge;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.identity.Member;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What each cluster exports, at one moment; immutable. The bridges of a cluster say the same; where they have yet to
/// agree, the reachable one with the lowest node id counts, and a port is ready if it is for any of them. What a bridge
/// said that no path leads to any more counts only as long as there is no other of its cluster. One that ends says
/// nothing of its exports, and so nothing about which are gone.
///
/// @param byService in each, one export for each cluster
/// @param clusters that are known, and whether a path leads to one of their bridges now
public record MeshExports(Map<String, List<ClusterExport>> byService, Map<String, Boolean> clusters) {
    public static final MeshExports NONE = new MeshExports(Map.of(), Map.of());

    private record Heard(NodeDocument document, String cluster, boolean reachable) {}

    /// @param documents of all nodes that are live or were lost a while ago, this one's own among them
    /// @param reachable whether packets find a path to a node's document's node now
    public static MeshExports of(Collection<NodeDocument> documents, Predicate<NodeDocument> reachable) {
        List<Heard> heard = documents.stream()
                .filter(document -> !document.leaving()
                        && !document.draining()
                        && Member.parse(document.member()).isCluster())
                .map(document ->
                        new Heard(document, Member.parse(document.member()).name(), reachable.test(document)))
                .sorted(Comparator.comparing((Heard one) -> !one.reachable).thenComparing(one -> one.document.node()))
                .toList();
        Map<String, Boolean> clusters = new HashMap<>();
        heard.forEach(one -> clusters.merge(one.cluster, one.reachable, Boolean::logicalOr));
        Map<String, Map<String, ClusterExport>> found = new HashMap<>();
        for (Heard one : heard) {
            if (!one.reachable && Boolean.TRUE.equals(clusters.get(one.cluster))) {
                continue;
            }
            for (ExportedService service : one.document.exports()) {
                ClusterExport export = ClusterExport.of(one.cluster, service, one.reachable);
                found.computeIfAbsent(service.service(), unknown -> new TreeMap<>())
                        .merge(one.cluster, export, MeshExports::join);
            }
        }
        Map<String, List<ClusterExport>> all = new HashMap<>();
        found.forEach((name, exports) -> all.put(name, List.copyOf(exports.values())));
        return new MeshExports(Map.copyOf(all), Map.copyOf(clusters));
    }

    private static ClusterExport join(ClusterExport first, ClusterExport other) {
        List<Port> ports = new ArrayList<>();
        for (Port port : first.ports()) {
            boolean ready = port.ready() || other.isReady(port);
            ports.add(new Port(port.name(), port.port(), port.protocol(), port.appProtocol(), ready));
        }
        return new ClusterExport(
                first.cluster(), Math.min(first.since(), other.since()), ports, first.traits(), first.reachable());
    }

    /// Empty if no cluster exports it.
    public Optional<MergedService> merged(ServiceName name) {
        return Optional.ofNullable(byService.get(name.toString())).map(exports -> MergedService.of(name, exports));
    }

    /// All services that any cluster exports.
    public Stream<ServiceName> services() {
        return byService.keySet().stream().map(ServiceName::parse);
    }

    /// Whether a cluster exports the service.
    public boolean exports(String cluster, ServiceName service) {
        return byService.getOrDefault(service.toString(), List.of()).stream()
                .anyMatch(export -> export.cluster().equals(cluster));
    }

    /// The services that are not the same in both.
    public Set<ServiceName> changedSince(MeshExports before) {
        Set<ServiceName> changed = new HashSet<>();
        byService.forEach((name, exports) -> {
            if (!exports.equals(before.byService.get(name))) {
                changed.add(ServiceName.parse(name));
            }
        });
        before.byService.keySet().stream()
                .filter(name -> !byService.containsKey(name))
                .forEach(name -> changed.add(ServiceName.parse(name)));
        return changed;
    }
}
