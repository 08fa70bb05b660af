package io.hikyaku.route;

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
final class RouteTable {
    private final NodeId self;
    private final Collection<Peer> peers;
    private final Map<NodeId, Way> directs;
    private final Routes previous;
    private final Map<NodeId, Bundle> linksOf = new HashMap<>();
    private final Map<NodeId, Way> transit = new HashMap<>();

    private RouteTable(NodeId self, Collection<Peer> peers, Map<NodeId, Way> directs, Routes previous) {
        this.self = self;
        this.peers = peers;
        this.directs = directs;
        this.previous = previous;
        for (Peer peer : peers) {
            linksOf.put(peer.node(), peer.bundle());
        }
    }

    /// @param forwards whether this node passes on packets of others
    /// @param states the newest link state of each router, including this one
    /// @param previous the table so far, whose paths are kept unless others are clearly better
    static Routes make(
            NodeId self,
            boolean forwards,
            Collection<Peer> peers,
            Function<NodeId, @Nullable LinkState> states,
            Map<NodeId, Way> directs,
            Routes previous) {
        RouteTable table = new RouteTable(self, peers, directs, previous);
        if (forwards) {
            table.addTransit(states);
        }
        List<Peer.View> views = peers.stream().map(Peer::view).toList();
        return new Routes(table.own(), forwards ? table.transit : Map.of(), views);
    }

    private void addTransit(Function<NodeId, @Nullable LinkState> states) {
        ShortestPaths.from(self, states).forEach((node, reached) -> {
            Bundle links = linksOf.get(reached.firstHop());
            if (links != null) {
                transit.put(node, new Way(reached.firstHop(), links, reached.costMicros(), false));
            }
        });
        addAttached(transit);
    }

    private void addAttached(Map<NodeId, Way> ways) {
        for (Peer peer : peers) {
            Way attached = new Way(peer.node(), linksOf(peer), peer.costMicros(), false);
            Way other = ways.get(peer.node());
            if (!attached.isLastResort() || other == null || attached.costMicros() <= other.costMicros()) {
                ways.put(peer.node(), attached);
            }
        }
    }

    private Map<NodeId, Way> own() {
        List<Peer> uplinks =
                peers.stream().filter(peer -> !peer.reach().isEmpty()).toList();
        if (uplinks.isEmpty() && directs.isEmpty()) {
            return transit.isEmpty() ? attachedOnly() : transit;
        }
        Set<NodeId> destinations = new HashSet<>(directs.keySet());
        uplinks.forEach(peer -> destinations.addAll(peer.reach().keySet()));
        destinations.remove(self);

        Map<NodeId, Way> own = new HashMap<>(transit);
        for (NodeId destination : destinations) {
            Way best = choose(destination, uplinks);
            if (best != null) {
                own.put(destination, best);
            }
        }
        addAttached(own);
        return own;
    }

    private Map<NodeId, Way> attachedOnly() {
        Map<NodeId, Way> own = new HashMap<>();
        addAttached(own);
        return own;
    }

    private @Nullable Way choose(NodeId destination, List<Peer> uplinks) {
        Way before = previous.own().get(destination);
        Choice choice = new Choice(before);
        choice.offer(transit.get(destination));
        choice.offer(directs.get(destination));
        for (Peer peer : uplinks) {
            Long cost = peer.reach().get(destination);
            if (cost != null) {
                choice.offer(new Way(peer.node(), linksOf(peer), Costs.sum(cost, peer.costMicros()), false));
            }
        }
        return choice.made();
    }

    private Bundle linksOf(Peer peer) {
        Bundle links = linksOf.get(peer.node());
        if (links == null) {
            throw new IllegalStateException("No links of " + peer.node());
        }
        return links;
    }

    /// The cheapest way of several, with a bias for the one taken so far.
    private static final class Choice {
        private final @Nullable Way before;
        private @Nullable Way sameAsBefore;
        private @Nullable Way best;

        Choice(@Nullable Way before) {
            this.before = before;
        }

        void offer(@Nullable Way way) {
            if (way == null) {
                return;
            }
            if (before != null && before.leadsLike(way)) {
                sameAsBefore = way;
            }
            if (best == null || way.costMicros() < best.costMicros() || isSmallerTie(way, best)) {
                best = way;
            }
        }

        private static boolean isSmallerTie(Way way, Way best) {
            return way.costMicros() == best.costMicros() && way.via().compareTo(best.via()) < 0;
        }

        @Nullable
        Way made() {
            if (best == null || sameAsBefore == null) {
                return best;
            }
            return Costs.clearlyBetter(best.costMicros(), sameAsBefore.costMicros()) ? best : sameAsBefore;
        }
    }
}
