package io.hikyaku.route.table;

import io.hikyaku.wire.NodeId;
import java.util.List;
import java.util.Map;

/// The routing table that event loops read without a lock; it never changes; a change makes another.
///
/// @param own paths for packets that this node itself sends
/// @param transit paths for packets of others: over neighbours that accept foreign sources from this node; empty on a
///     leaf, the same map as `own` on a relay
/// @param peers the neighbours at that time, for status
public record Routes(Map<NodeId, NextHop> own, Map<NodeId, NextHop> transit, List<Adjacency.View> peers) {
    public static final Routes NONE = new Routes(Map.of(), Map.of(), List.of());
}
