package io.hikyaku.relay;

import io.hikyaku.config.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.link.Links;
import io.hikyaku.link.Neighbour;
import io.hikyaku.route.NeighbourStatus;
import io.hikyaku.route.Router;
import io.hikyaku.status.NodeStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a relay says of itself.
final class RelayStatus {
    private RelayStatus() {}

    static NodeStatus of(
            RelayNode relay, Identity identity, String version, Router router, Links links, long uptimeSeconds) {
        return new NodeStatus(
                "relay",
                version,
                identity.member().mesh(),
                identity.member().uri(),
                relay.node().toString(),
                uptimeSeconds,
                relay.ready(),
                relay.listening().stream().map(LinkUrl::toString).toList(),
                router.neighbours().stream().map(RelayStatus::member).toList(),
                links.status().stream().map(RelayStatus::link).toList(),
                List.of(),
                List.of(),
                List.of(),
                NodeStatus.Streams.NONE);
    }

    private static NodeStatus.Member member(NeighbourStatus status) {
        Neighbour neighbour = status.neighbour();
        String path = status.links().isEmpty() ? null : "via " + status.links().getFirst().name();
        return new NodeStatus.Member(neighbour.node().toString(), neighbour.member(), true, path, null);
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

    private static @Nullable Long roundTrip(Link link) {
        long micros = link.roundTripMicros();
        return micros < 0 ? null : micros;
    }
}
