package io.hikyaku.relay;

import io.hikyaku.link.Link;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.route.Path;
import io.hikyaku.route.Router;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Nodes and links in the form that status has for them.
final class RelayStatus {
    private RelayStatus() {}

    /// A relay verifies no documents, so it knows the names of its neighbours alone.
    static List<NodeStatus.Member> members(Collection<NodeId> reachable, Router router) {
        Map<NodeId, String> names = router.neighbours().stream()
                .map(status -> status.neighbour())
                .collect(Collectors.toMap(neighbour -> neighbour.node(), neighbour -> neighbour.member(), (a, _) -> a));
        return reachable.stream()
                .sorted()
                .map(node -> new NodeStatus.Member(
                        node.toString(), names.get(node), true, path(router.pathTo(node).orElse(null)), null))
                .toList();
    }

    static List<NodeStatus.Link> links(List<LinkStatus> links) {
        return links.stream().map(RelayStatus::link).toList();
    }

    private static NodeStatus.Link link(LinkStatus status) {
        Link link = status.link();
        return new NodeStatus.Link(
                status.name(),
                status.dialled(),
                link != null,
                link == null ? null : link.neighbour().node().toString(),
                link == null ? null : link.neighbour().member(),
                link == null ? null : roundTrip(link),
                link == null ? 0 : link.queuedBytes(),
                status.lastError());
    }

    private static @Nullable String path(@Nullable Path path) {
        return path == null ? null : "via " + path.link();
    }

    private static @Nullable Long roundTrip(Link link) {
        long micros = link.roundTripMicros();
        return micros < 0 ? null : micros;
    }
}
