package io.hikyaku.link;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PacketKind;

/// The node at the other end of a link, as proven by TLS, the statement and the proof (PROTOCOL.md §3).
///
/// @param node the neighbour's address
/// @param member the SPIFFE id of its certificate, for instance `spiffe://demo/cluster/osaka`
/// @param mayForward whether it may carry packets of other nodes and announce routes: it said so, and it is a relay or
///     a cluster that we list as transit
/// @param shard which of the neighbour's event loops the link belongs to
/// @param shardCount how many event loops the neighbour has; for links we accepted, it dials that many
public record Neighbour(NodeId node, String member, boolean mayForward, int shard, int shardCount) {
    /// Whether it may send a packet of this kind and source over its link (PROTOCOL.md §2.1): a neighbour that does
    /// not forward speaks only for itself, and announces no routes.
    public boolean maySend(PacketKind kind, NodeId source) {
        return mayForward || kind != PacketKind.ROUTING && source.equals(node);
    }
}
