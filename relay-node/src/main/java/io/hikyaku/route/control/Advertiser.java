package io.hikyaku.route.control;

import io.hikyaku.route.table.Adjacency;
import io.hikyaku.route.table.Costs;
import io.hikyaku.route.table.NextHop;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.route.RoutingFrame.Cost;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import io.hikyaku.wire.route.RoutingFrame.Reach;
import io.hikyaku.wire.route.RoutingFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a router tells its neighbours: link states to other routers, reachability to leaves. A neighbour whose link is
/// full is owed the news until there is room, so that nothing piles up for it. Touched only by the control loop.
final class Advertiser {
    private static final int MAX_PUBLISHED = Adjacency.MAX_REACH;

    private final NodeId self;
    private final long maxQueued;
    private final Collection<Adjacency> peers;
    private final Function<NodeId, @Nullable LinkState> states;
    /// What all leaves have been told, but those that are owed a snapshot.
    private final Map<NodeId, Long> published = new HashMap<>();

    /// @param maxQueued bytes waiting in a link above which nothing is added
    /// @param peers all neighbours, a live view
    /// @param states the newest link state of each router, including this one
    Advertiser(NodeId self, long maxQueued, Collection<Adjacency> peers, Function<NodeId, @Nullable LinkState> states) {
        this.self = self;
        this.maxQueued = maxQueued;
        this.peers = peers;
        this.states = states;
    }

    /// Passes a router's state on to all routers but the one it came from.
    void flood(NodeId origin, @Nullable NodeId from) {
        for (Adjacency peer : peers) {
            if (peer.mayForward() && !peer.node().equals(from) && !peer.node().equals(origin)) {
                peer.owedStates.add(origin);
                sendOwedStates(peer);
            }
        }
    }

    void sendOwedStates(Adjacency peer) {
        for (Iterator<NodeId> owed = peer.owedStates.iterator(); owed.hasNext() && hasRoom(peer); ) {
            LinkState state = states.apply(owed.next());
            owed.remove();
            if (state != null) {
                send(peer, packet(state));
            }
        }
    }

    /// Tells leaves what changed since the last time, beyond noise in the costs; and everything to new ones.
    void publish(Map<NodeId, NextHop> transit) {
        List<Cost> changes = changesTo(transit);
        for (int from = 0; from < changes.size(); from += RoutingFrame.MAX_ENTRIES) {
            broadcast(new Reach(false, slice(changes, from)));
        }
        sendOwedReach();
    }

    /// Snapshots to leaves that are owed one and have room for it.
    void sendOwedReach() {
        for (Adjacency peer : peers) {
            if (!peer.mayForward() && peer.owedReach && hasRoom(peer)) {
                peer.owedReach = false;
                sendSnapshot(peer);
            }
        }
    }

    private List<Cost> changesTo(Map<NodeId, NextHop> transit) {
        List<Cost> changes = new ArrayList<>();
        published.keySet().removeIf(node -> {
            boolean gone = !transit.containsKey(node);
            if (gone) {
                changes.add(new Cost(node, RoutingFrame.GONE));
            }
            return gone;
        });
        transit.forEach((node, nextHop) -> {
            Long before = published.get(node);
            boolean news =
                    before == null ? published.size() < MAX_PUBLISHED : Costs.differ(before, nextHop.costMicros());
            if (news) {
                published.put(node, nextHop.costMicros());
                changes.add(new Cost(node, nextHop.costMicros()));
            }
        });
        return changes;
    }

    private void broadcast(Reach frame) {
        ByteBuf packet = packet(frame);
        for (Adjacency peer : peers) {
            if (peer.mayForward() || peer.owedReach) {
                continue;
            }
            if (hasRoom(peer)) {
                send(peer, packet.retainedDuplicate());
            } else {
                peer.owedReach = true;
            }
        }
        packet.release();
    }

    private void sendSnapshot(Adjacency peer) {
        List<Cost> all = new ArrayList<>(published.size());
        published.forEach((node, cost) -> {
            if (!node.equals(peer.node())) {
                all.add(new Cost(node, cost));
            }
        });
        send(peer, packet(new Reach(true, slice(all, 0))));
        for (int from = RoutingFrame.MAX_ENTRIES; from < all.size(); from += RoutingFrame.MAX_ENTRIES) {
            send(peer, packet(new Reach(false, slice(all, from))));
        }
    }

    private static List<Cost> slice(List<Cost> costs, int from) {
        return costs.subList(from, Math.min(costs.size(), from + RoutingFrame.MAX_ENTRIES));
    }

    private boolean hasRoom(Adjacency peer) {
        return peer.primary().link().queuedBytes() <= maxQueued;
    }

    private static void send(Adjacency peer, ByteBuf packet) {
        peer.primary().link().send(packet);
    }

    private ByteBuf packet(RoutingFrame frame) {
        ByteBuf body = Unpooled.buffer();
        RoutingFrames.write(body, frame);
        ByteBuf packet = ByteBufAllocator.DEFAULT.directBuffer(Packet.HEADER_BYTES + body.readableBytes());
        Packet.betweenNeighbours(PacketKind.ROUTING, body.readableBytes(), self).write(packet);
        return packet.writeBytes(body);
    }
}
