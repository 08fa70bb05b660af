package io.hikyaku.route.control;

import io.hikyaku.link.Link;
import io.hikyaku.link.PacketSink;
import io.hikyaku.loop.Loop;
import io.hikyaku.loop.Paced;
import io.hikyaku.route.table.Adjacency;
import io.hikyaku.route.table.Costs;
import io.hikyaku.route.table.Egress;
import io.hikyaku.route.table.LinkEgress;
import io.hikyaku.route.table.LinkStates;
import io.hikyaku.route.table.NextHop;
import io.hikyaku.route.table.RouteTable;
import io.hikyaku.route.table.Routes;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.route.RoutingFrame.Cost;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import io.hikyaku.wire.route.RoutingFrame.Reach;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The neighbours and what they said, and the table that follows from it (PROTOCOL.md §4). Everything here happens on
/// the control loop, one thing after the other; the result is the immutable [Routes].
public final class ControlPlane {
    /// Most neighbours of one node: its link state must fit into one frame.
    static final int MAX_PEERS = RoutingFrame.MAX_ENTRIES;

    static final Duration OWN_STATE_GAP = Duration.ofMillis(100);
    private static final Duration TABLE_GAP = Duration.ofMillis(10);
    private static final Duration REACH_GAP = Duration.ofMillis(50);
    private static final Duration HOUSEKEEPING = Duration.ofMillis(250);
    /// At this interval leaves are told everything, in case a late frame of a dead link came in between.
    private static final Duration SNAPSHOT_REPEAT = Duration.ofSeconds(60);
    /// But no more often than adds up to this much of a leaf's traffic, in bytes per second.
    private static final int REPEATED_PER_SECOND = 25;

    /// What the control plane tells: the hot path, the local node and the registry.
    public interface Listener {
        void onRoutes(Routes routes);

        void onReachable(NodeId node, boolean reachable);

        /// Packets to the node, or from it, may have been lost; see [LocalNode#onPathDoubted].
        void onPathDoubted(NodeId node);
        /// As [NeighbourEvents#onVouched].
        void onVouched(NodeId node, boolean now);

        void onNeighbourUp(Adjacency peer);

        void onNeighbourDown(NodeId node);

        void onRegistryFrame(Adjacency from, RegistryFrame frame);

        /// A frame that has no place here.
        void onNotAllowed();
    }

    private final NodeId self;
    private final boolean forwards;
    private final Loop loop;
    private final Listener listener;
    private final Map<NodeId, Adjacency> peers = new LinkedHashMap<>();
    private final Map<NodeId, NextHop> directs = new HashMap<>();
    private final LinkStates states = new LinkStates();
    private final Advertiser advertiser;
    private final Paced table;
    private final Paced ownState;
    private final Paced reach;
    /// Links that went down or ceased to answer since the last table.
    private final Set<Egress> troubled = new HashSet<>();

    private Routes routes = Routes.NONE;
    private Set<NodeId> vouched = Set.of();
    private LinkState announced;
    private long announcedAt;
    private long snapshotsAt;
    private boolean leaving;
    private boolean closed;

    public ControlPlane(NodeId self, boolean forwards, long maxQueued, Loop loop, Listener listener) {
        this.self = self;
        this.forwards = forwards;
        this.loop = loop;
        this.listener = listener;
        this.advertiser = new Advertiser(self, maxQueued, peers.values(), this::stateToTell);
        this.table = new Paced(loop, TABLE_GAP, this::makeTable);
        this.ownState = new Paced(loop, OWN_STATE_GAP, this::announce);
        this.reach = new Paced(loop, REACH_GAP, () -> advertiser.publish(pathsToTell()));
        this.announced = new LinkState(self, 0, List.of(), List.of());
        this.announcedAt = loop.nanos();
        this.snapshotsAt = loop.nanos();
        loop.schedule(HOUSEKEEPING, this::keepHouse);
    }

    public void close() {
        closed = true;
    }

    /// Announces costs so high that only nodes without another path stay (PROTOCOL.md §4.3). This node's own table
    /// keeps the true ones, so that what still comes is passed on as before.
    public void leave() {
        leaving = true;
        if (forwards) {
            ownState.request();
            reach.request();
        }
    }

    // ------------------------------------------------------------------------------------------- links and paths

    public void onUp(LinkEgress egress) {
        Link link = egress.link();
        NodeId node = link.neighbour().node();
        Adjacency known = peers.get(node);
        if (node.equals(self)) {
            link.close(Goodbye.Code.OTHER, "this is the node itself");
        } else if (known != null) {
            known.add(egress);
            table.request();
        } else if (peers.size() >= MAX_PEERS) {
            link.close(Goodbye.Code.LIMIT, "already " + MAX_PEERS + " neighbours");
        } else {
            addPeer(new Adjacency(egress));
        }
    }

    private void addPeer(Adjacency peer) {
        peers.put(peer.node(), peer);
        onSurroundingsChanged();
        greet(peer);
        listener.onNeighbourUp(peer);
    }

    /// A router is told all we know of other routers, a leaf what it can reach.
    private void greet(Adjacency peer) {
        if (!forwards) {
            return;
        }
        if (peer.mayForward()) {
            peer.owedStates.addAll(states.origins());
            peer.owedStates.add(self);
            peer.owedStates.remove(peer.node());
            advertiser.sendOwedStates(peer);
        } else {
            peer.owedReach = true;
            reach.request();
        }
    }

    public void onDown(LinkEgress egress) {
        Adjacency peer = peers.get(egress.link().neighbour().node());
        if (peer == null || !peer.remove(egress)) {
            return;
        }
        troubled.add(egress);
        if (peer.isGone()) {
            peers.remove(peer.node());
            onSurroundingsChanged();
            listener.onNeighbourDown(peer.node());
        } else {
            table.request();
            if (peer.electPrimary()) {
                greet(peer);
                listener.onNeighbourUp(peer);
            }
        }
    }

    /// The link does not answer, or does again.
    public void onDoubt(LinkEgress egress) {
        Adjacency peer = peers.get(egress.link().neighbour().node());
        if (peer == null) {
            return;
        }
        if (egress.doubted()) {
            troubled.add(egress);
            peer.probeOthers(egress);
        }
        if (peer.measure()) {
            onSurroundingsChanged();
        } else {
            table.request();
        }
    }

    public void onDrained(NodeId node) {
        Adjacency peer = peers.get(node);
        if (peer != null && forwards) {
            advertiser.sendOwedStates(peer);
            if (peer.owedReach) {
                reach.request();
            }
        }
    }

    /// @param nextHop a path that leads over no neighbour, or null to forget it
    public void onDirect(NodeId destination, @Nullable NextHop nextHop) {
        if (nextHop == null) {
            directs.remove(destination);
        } else {
            directs.put(destination, nextHop);
        }
        table.request();
    }

    /// Forgets the direct path if it still uses this sink.
    public void onDirectGone(NodeId destination, PacketSink sink) {
        NextHop nextHop = directs.get(destination);
        if (nextHop != null && nextHop.links().all()[0].sink().equals(sink)) {
            onDirect(destination, null);
        }
    }

    private void onSurroundingsChanged() {
        table.request();
        if (forwards) {
            ownState.request();
        }
    }

    // ------------------------------------------------------------------------------------------- frames

    public void onRoutingFrame(LinkEgress from, RoutingFrame frame) {
        Adjacency peer = peers.get(from.link().neighbour().node());
        if (peer == null) {
            return; // it went down while the frame was on its way to this loop
        }
        switch (frame) {
            case Reach told -> {
                if (peer.onReach(from, told)) {
                    table.request();
                }
            }
            case LinkState state when forwards -> onLinkState(peer, state);
            case LinkState state -> listener.onNotAllowed();
        }
    }

    private void onLinkState(Adjacency from, LinkState state) {
        if (state.origin().equals(self)) {
            supersede(state);
            return;
        }
        switch (states.accept(state, loop.nanos())) {
            case NONE -> {}
            case REFRESHED -> advertiser.flood(state.origin(), from.node());
            case CHANGED -> {
                advertiser.flood(state.origin(), from.node());
                table.request();
            }
        }
    }

    /// Somebody spreads a state of ours that we did not make: say something newer.
    private void supersede(LinkState foreign) {
        if (foreign.sequence() > announced.sequence() && foreign.sequence() < Long.MAX_VALUE) {
            announced = stateOfNow(foreign.sequence());
            ownState.request();
        }
    }

    public void onRegistryFrame(LinkEgress from, RegistryFrame frame) {
        Adjacency peer = peers.get(from.link().neighbour().node());
        if (peer != null) {
            listener.onRegistryFrame(peer, frame);
        }
    }

    // ------------------------------------------------------------------------------------------- own state and table

    /// Our surroundings as they are now.
    private LinkState surroundings(long sequence) {
        List<Cost> routers = new ArrayList<>();
        List<Cost> leaves = new ArrayList<>();
        for (Adjacency peer : peers.values()) {
            (peer.mayForward() ? routers : leaves).add(new Cost(peer.node(), peer.costMicros()));
        }
        return new LinkState(self, sequence, routers, leaves);
    }

    /// Our surroundings as others are to see them.
    private LinkState stateOfNow(long sequence) {
        LinkState state = surroundings(sequence);
        return leaving
                ? new LinkState(self, sequence, asLastResort(state.routers()), asLastResort(state.leaves()))
                : state;
    }

    private static List<Cost> asLastResort(List<Cost> costs) {
        return costs.stream()
                .map(cost -> new Cost(cost.node(), Costs.asLastResort(cost.costMicros())))
                .toList();
    }

    private Map<NodeId, NextHop> pathsToTell() {
        if (!leaving) {
            return routes.transit();
        }
        Map<NodeId, NextHop> paths = new HashMap<>();
        routes.transit().forEach((node, nextHop) -> paths.put(node, nextHop.asLastResort()));
        return paths;
    }

    private @Nullable LinkState stateToTell(NodeId origin) {
        if (!origin.equals(self)) {
            return states.of(origin);
        }
        return announced.sequence() == 0 ? null : announced;
    }

    private void announce() {
        announced = stateOfNow(announced.sequence() + 1);
        announcedAt = loop.nanos();
        advertiser.flood(self, null);
    }

    private void makeTable() {
        LinkState here = surroundings(0);
        Routes before = routes;
        routes = RouteTable.make(
                self, forwards, peers.values(), node -> node.equals(self) ? here : states.of(node), directs, before);
        listener.onRoutes(routes);
        if (forwards) {
            reach.request();
        }
        tellChanges(before.own().keySet(), routes.own().keySet(), listener::onReachable);
        tellDoubts(before.own(), routes.own());
        Set<NodeId> now = vouched();
        tellChanges(vouched, now, listener::onVouched);
        vouched = now;
    }

    private void tellDoubts(Map<NodeId, NextHop> before, Map<NodeId, NextHop> now) {
        before.forEach((node, nextHop) -> {
            NextHop other = now.get(node);
            if (other != null
                    && (nextHop.links().hasAny(troubled)
                            || nextHop.changesInbox(other)
                            || !nextHop.leadsLike(other) && !isAsGoodAsBefore(node, nextHop))) {
                listener.onPathDoubted(node);
            }
        });
        troubled.clear();
    }

    /// Whether a path that is no longer taken still could be, so that nothing on it is lost: another became better.
    private boolean isAsGoodAsBefore(NodeId node, NextHop nextHop) {
        return !Costs.clearlyBetter(nextHop.costMicros(), costNow(node, nextHop));
    }

    private long costNow(NodeId node, NextHop nextHop) {
        if (nextHop.direct()) {
            NextHop now = directs.get(node);
            return now == null || nextHop.changesInbox(now) ? Costs.MAX : now.costMicros();
        }
        Adjacency peer = peers.get(nextHop.via());
        if (peer == null) {
            return Costs.MAX;
        }
        long onwards = nextHop.via().equals(node) ? 0 : peer.reach().getOrDefault(node, Costs.MAX);
        return Costs.sum(onwards, peer.costMicros());
    }

    /// The nodes that neighbours deliver to, and the neighbours themselves.
    private Set<NodeId> vouched() {
        Set<NodeId> nodes = new HashSet<>(routes.transit().keySet());
        for (Adjacency peer : peers.values()) {
            nodes.add(peer.node());
            nodes.addAll(peer.reach().keySet());
        }
        nodes.remove(self);
        return nodes;
    }

    private interface Change {
        void of(NodeId node, boolean now);
    }

    private static void tellChanges(Set<NodeId> before, Set<NodeId> now, Change change) {
        Set<NodeId> lost = new HashSet<>(before);
        lost.removeAll(now);
        lost.forEach(node -> change.of(node, false));
        for (NodeId node : now) {
            if (!before.contains(node)) {
                change.of(node, true);
            }
        }
    }

    // ------------------------------------------------------------------------------------------- time

    private void keepHouse() {
        if (closed) {
            return;
        }
        loop.schedule(HOUSEKEEPING, this::keepHouse);
        long now = loop.nanos();
        boolean moved = false;
        for (Adjacency peer : peers.values()) {
            moved |= peer.measure();
        }
        if (moved) {
            onSurroundingsChanged();
        }
        if (forwards) {
            keepRouter(now);
        }
    }

    private void keepRouter(long now) {
        if (states.forgetOld(now)) {
            table.request();
        }
        if (now - announcedAt >= LinkStates.REFRESH.toNanos()) {
            ownState.request();
        }
        boolean repeat = now - snapshotsAt >= repeatAfter().toNanos();
        if (repeat) {
            snapshotsAt = now;
        }
        for (Adjacency peer : peers.values()) {
            advertiser.sendOwedStates(peer);
            peer.owedReach |= repeat && !peer.mayForward();
        }
        advertiser.sendOwedReach();
    }

    private Duration repeatAfter() {
        long bytes = (long) routes.transit().size() * (NodeId.BYTES + Integer.BYTES);
        Duration paced = Duration.ofSeconds(bytes / REPEATED_PER_SECOND);
        return paced.compareTo(SNAPSHOT_REPEAT) > 0 ? paced : SNAPSHOT_REPEAT;
    }
}
