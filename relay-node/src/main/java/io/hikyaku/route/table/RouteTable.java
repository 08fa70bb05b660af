package io.hikyaku.route.table;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes the routing table from what is known. An attached neighbour is reached over its own link, unless
/// that does not answer. Others are reached over routers that share their link states with us (for anybody's packets),
/// over routers that only take us for a leaf (for our own packets), or directly, whichever is cheapest.
public final class RouteTable {
    private final NodeId self;
    private final Collection<Adjacency> peers;
    private final Map<NodeId, NextHop> directs;
    private final Routes previous;
    private final Map<NodeId, LinkGroup> linksOf = new HashMap<>();
    private final Map<NodeId, NextHop> transit = new HashMap<>();

    private RouteTable(NodeId self, Collection<Adjacency> peers, Map<NodeId, NextHop> directs, Routes previous) {
        this.self = self;
        this.peers = peers;
        this.directs = directs;
        this.previous = previous;
        for (Adjacency peer : peers) {
            linksOf.put(peer.node(), peer.group());
        }
    }

    /// @param forwards whether this node passes on packets of others
    /// @param states the newest link state of each router, including this one
    /// @param previous the table so far, whose paths are kept unless others are clearly better
    public static Routes make(
            NodeId self,
            boolean forwards,
            Collection<Adjacency> peers,
            Function<NodeId, @Nullable LinkState> states,
            Map<NodeId, NextHop> directs,
            Routes previous) {
        RouteTable table = new RouteTable(self, peers, directs, previous);
        if (forwards) {
            table.addTransit(states);
        }
        List<Adjacency.View> views = peers.stream().map(Adjacency::view).toList();
        return new Routes(table.own(), forwards ? table.transit : Map.of(), views);
    }

    private void addTransit(Function<NodeId, @Nullable LinkState> states) {
        ShortestPaths.from(self, states).forEach((node, reached) -> {
            LinkGroup links = linksOf.get(reached.firstHop());
            if (links != null) {
                transit.put(node, new NextHop(reached.firstHop(), links, reached.costMicros(), false));
            }
        });
        addAttached(transit);
    }

    private void addAttached(Map<NodeId, NextHop> paths) {
        for (Adjacency peer : peers) {
            NextHop attached = new NextHop(peer.node(), linksOf(peer), peer.costMicros(), false);
            NextHop other = paths.get(peer.node());
            if (!attached.isLastResort() || other == null || attached.costMicros() <= other.costMicros()) {
                paths.put(peer.node(), attached);
            }
        }
    }

    private Map<NodeId, NextHop> own() {
        List<Adjacency> uplinks =
                peers.stream().filter(peer -> !peer.reach().isEmpty()).toList();
        if (uplinks.isEmpty() && directs.isEmpty()) {
            return transit.isEmpty() ? attachedOnly() : transit;
        }
        Set<NodeId> destinations = new HashSet<>(directs.keySet());
        uplinks.forEach(peer -> destinations.addAll(peer.reach().keySet()));
        destinations.remove(self);

        Map<NodeId, NextHop> own = new HashMap<>(transit);
        for (NodeId destination : destinations) {
            NextHop best = choose(destination, uplinks);
            if (best != null) {
                own.put(destination, best);
            }
        }
        addAttached(own);
        return own;
    }

    private Map<NodeId, NextHop> attachedOnly() {
        Map<NodeId, NextHop> own = new HashMap<>();
        addAttached(own);
        return own;
    }

    private @Nullable NextHop choose(NodeId destination, List<Adjacency> uplinks) {
        NextHop before = previous.own().get(destination);
        Choice choice = new Choice(before);
        choice.offer(transit.get(destination));
        choice.offer(directs.get(destination));
        for (Adjacency peer : uplinks) {
            Long cost = peer.reach().get(destination);
            if (cost != null) {
                choice.offer(new NextHop(peer.node(), linksOf(peer), Costs.sum(cost, peer.costMicros()), false));
            }
        }
        return choice.made();
    }

    private LinkGroup linksOf(Adjacency peer) {
        LinkGroup links = linksOf.get(peer.node());
        if (links == null) {
            throw new IllegalStateException("No links of " + peer.node());
        }
        return links;
    }

    /// The cheapest of several paths, with a bias for the one taken so far.
    private static final class Choice {
        private final @Nullable NextHop before;
        private @Nullable NextHop sameAsBefore;
        private @Nullable NextHop best;

        Choice(@Nullable NextHop before) {
            this.before = before;
        }

        void offer(@Nullable NextHop nextHop) {
            if (nextHop == null) {
                return;
            }
            if (before != null && before.leadsLike(nextHop)) {
                sameAsBefore = nextHop;
            }
            if (best == null || nextHop.costMicros() < best.costMicros() || isSmallerTie(nextHop, best)) {
                best = nextHop;
            }
        }

        private static boolean isSmallerTie(NextHop nextHop, NextHop best) {
            return nextHop.costMicros() == best.costMicros() && nextHop.via().compareTo(best.via()) < 0;
        }

        @Nullable
        NextHop made() {
            if (best == null || sameAsBefore == null) {
                return best;
            }
            return Costs.clearlyBetter(best.costMicros(), sameAsBefore.costMicros()) ? best : sameAsBefore;
        }
    }
}
