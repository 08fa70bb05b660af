package io.hikyaku.wire.route;

import io.hikyaku.wire.NodeId;
import java.util.List;

/// What routers tell their neighbours about other nodes: the body of a packet of kind ROUTING (PROTOCOL.md §4.1).
public sealed interface RoutingFrame {
    /// Most entries of one list in a frame.
    int MAX_ENTRIES = 3000;
    /// A cost that means "not reachable any more".
    long GONE = 0xffff_ffffL;

    /// A node and what it costs to reach it.
    ///
    /// @param node the node
    /// @param costMicros expected round trip in microseconds, 0 to 2^32 − 2, or [#GONE]
    record Cost(NodeId node, long costMicros) {}

    /// From a router to a leaf: which nodes it can deliver to (§4.2).
    ///
    /// @param snapshot whether nodes not listed are to be forgotten
    /// @param nodes at most [#MAX_ENTRIES]
    record Reach(boolean snapshot, List<Cost> nodes) implements RoutingFrame {}

    /// From router to router, flooded: one router's own surroundings (§4.3).
    ///
    /// @param origin the router that speaks
    /// @param sequence rises with each new state of this origin
    /// @param routers its neighbours that forward, with the measured round trip
    /// @param leaves the nodes attached to it
    record LinkState(NodeId origin, long sequence, List<Cost> routers, List<Cost> leaves) implements RoutingFrame {}
}
