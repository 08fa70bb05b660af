package io.hikyaku.link;

import io.hikyaku.wire.NodeId;

/// Who is at the other end of a link, as proven by TLS, the statement and the proof (PROTOCOL.md §3).
///
/// @param node the neighbour's address; [NodeId#NONE] for a topic of Kafka, where nobody is proven: what comes from
///     there is only ever for this node itself
/// @param member the SPIFFE id of its certificate, for instance `spiffe://demo/cluster/osaka`
/// @param mayForward whether it may carry packets of other nodes and announce routes: it said so, and it is a relay or
///     a cluster that we list as transit
/// @param shard which of the neighbour's event loops the link belongs to
/// @param shardCount how many event loops the neighbour has; for links we accepted, it dials that many
public record Neighbour(NodeId node, String member, boolean mayForward, int shard, int shardCount) {}
