package io.hikyaku.wire.route;

import io.hikyaku.wire.NodeId;
import java.util.List;

/// What routers tell their neighbours about other nodes: the body of a packet of kind ROUTING (PROTOCOL.md §4.1).
public sealed interface RoutingFrame {
    /// Most entries in a frame, all its lists together; so that it fits into a packet's body.
    int MAX_ENTRIES = 3000;
    /// A cost that means "not reachable any more".
    long GONE = 0xffff_ffffL;

    /// A node and what it costs to reach it.
    ///
    /// @param node the node
    /// @param costMicros expected round trip in microseconds, 0 to 2^32 − 2, or [#GONE]; more counts as gone, so
    ///     that a sum of costs never wraps around to a small one
    record Cost(NodeId node, long costMicros) {
        public Cost {
            if (costMicros < 0) { // §4.1
                throw new IllegalArgumentException("Cost of " + costMicros);
            }
            costMicros = Math.min(costMicros, GONE);
        }
    }

    /// From a router to a leaf: which nodes it can deliver to (§4.2).
    ///
    /// @param snapshot whether nodes not listed are to be forgotten
    /// @param nodes at most [#MAX_ENTRIES]
    record Reach(boolean snapshot, List<Cost> nodes) implements RoutingFrame {
        public Reach {
            requireRoom(nodes.size());
        }
    }

    /// From router to router, flooded: one router's own surroundings (§4.3).
    ///
    /// @param origin the router that speaks
    /// @param sequence rises with each new state of this origin, 0 to 2^63 − 1
    /// @param routers its neighbours that forward, with the measured round trip
    /// @param leaves the nodes attached to it
    record LinkState(NodeId origin, long sequence, List<Cost> routers, List<Cost> leaves) implements RoutingFrame {
        public LinkState {
            requireRoom(routers.size() + leaves.size());
            if (sequence < 0) { // §1.1
                throw new IllegalArgumentException("Sequence " + sequence);
            }
        }
    }

    private static void requireRoom(int entries) {
        if (entries > MAX_ENTRIES) { // §4.1
            throw new IllegalArgumentException(entries + " entries, at most " + MAX_ENTRIES);
        }
    }
}
