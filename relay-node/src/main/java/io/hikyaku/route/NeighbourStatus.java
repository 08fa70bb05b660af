package io.hikyaku.route;

import io.hikyaku.link.Neighbour;
import io.hikyaku.route.table.Adjacency;
import io.hikyaku.route.table.LinkEgress;
import java.util.List;

/// A neighbour as status shows it.
///
/// @param neighbour its identity
/// @param links all links to it, oldest first
public record NeighbourStatus(Neighbour neighbour, List<LinkStatus> links) {
    /// One link.
    ///
    /// @param roundTripMicros −1 before the first measurement
    public record LinkStatus(String name, boolean dialled, int shard, long roundTripMicros, long queuedBytes) {}

    static NeighbourStatus of(Adjacency.View peer) {
        List<LinkStatus> links = peer.links().stream()
                .map(LinkEgress::link)
                .map(link -> new LinkStatus(
                        link.name(), link.dialled(), link.shard(), link.roundTripMicros(), link.queuedBytes()))
                .toList();
        return new NeighbourStatus(peer.neighbour(), links);
    }
}
