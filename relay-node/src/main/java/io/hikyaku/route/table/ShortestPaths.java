package io.hikyaku.route.table;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RoutingFrame.Cost;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Dijkstra over the routers' link states. An edge counts only if both ends name it: then each lets the other carry
/// foreign packets. Its cost is the greater of both views, so that all routers calculate with the same numbers, and
/// since costs are positive and ties are broken by node id, their tables together contain no loop.
final class ShortestPaths {
    /// @param firstHop the neighbour to send to
    /// @param costMicros expected round trip
    record Reached(NodeId firstHop, long costMicros) {}

    private record Candidate(NodeId node, @Nullable NodeId firstHop, long costMicros) {}

    private static final Comparator<Candidate> CHEAPEST_FIRST = Comparator.comparingLong(Candidate::costMicros)
            .thenComparing(Candidate::node)
            .thenComparing(candidate -> candidate.firstHop == null ? NodeId.NONE : candidate.firstHop);

    private final Function<NodeId, @Nullable LinkState> states;
    private final Map<NodeId, Map<NodeId, Long>> routersOf = new HashMap<>();

    private ShortestPaths(Function<NodeId, @Nullable LinkState> states) {
        this.states = states;
    }

    /// All other routers and their leaves that `self` reaches over routers.
    ///
    /// @param states the newest state of each router, including `self`
    static Map<NodeId, Reached> from(NodeId self, Function<NodeId, @Nullable LinkState> states) {
        return new ShortestPaths(states).run(self);
    }

    private Map<NodeId, Reached> run(NodeId self) {
        Map<NodeId, Reached> reached = new HashMap<>();
        Map<NodeId, Reached> leaves = new HashMap<>();
        PriorityQueue<Candidate> queue = new PriorityQueue<>(CHEAPEST_FIRST);
        queue.add(new Candidate(self, null, 0));
        while (!queue.isEmpty()) {
            Candidate nearest = queue.remove();
            if (nearest.firstHop == null) {
                expand(self, nearest, reached, queue);
            } else if (!nearest.node.equals(self)
                    && reached.putIfAbsent(nearest.node, new Reached(nearest.firstHop, nearest.costMicros)) == null) {
                addLeaves(self, nearest, leaves);
                expand(self, nearest, reached, queue);
            }
        }
        leaves.forEach(reached::putIfAbsent);
        return reached;
    }

    private void expand(NodeId self, Candidate from, Map<NodeId, Reached> reached, PriorityQueue<Candidate> queue) {
        routers(from.node).forEach((next, cost) -> {
            Long back = routers(next).get(from.node);
            if (back != null && !next.equals(self) && !reached.containsKey(next)) {
                long total = Costs.sum(from.costMicros, Math.max(cost, back));
                queue.add(new Candidate(next, from.firstHop == null ? next : from.firstHop, total));
            }
        });
    }

    /// Routers come nearest first, so of equal costs the nearer router, then the smaller id, keeps the leaf.
    private void addLeaves(NodeId self, Candidate router, Map<NodeId, Reached> leaves) {
        LinkState state = states.apply(router.node);
        if (state == null || router.firstHop == null) {
            return;
        }
        for (Cost leaf : state.leaves()) {
            long total = Costs.sum(router.costMicros, leaf.costMicros());
            Reached known = leaves.get(leaf.node());
            if (!leaf.node().equals(self) && (known == null || total < known.costMicros)) {
                leaves.put(leaf.node(), new Reached(router.firstHop, total));
            }
        }
    }

    private Map<NodeId, Long> routers(NodeId router) {
        return routersOf.computeIfAbsent(router, node -> {
            Map<NodeId, Long> costs = new HashMap<>();
            LinkState state = states.apply(node);
            if (state != null) {
                state.routers().forEach(cost -> costs.put(cost.node(), Math.max(1, cost.costMicros())));
            }
            return costs;
        });
    }
}
