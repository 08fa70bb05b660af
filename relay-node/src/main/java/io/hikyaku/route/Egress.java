package io.hikyaku.route;

import io.hikyaku.link.Link;
import io.hikyaku.wire.NodeId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A link as routing uses it: its number among the links of its neighbour, whether it still lives, and which
/// sources were told to pause because of it. Any thread.
final class Egress {
    /// Packets from one node to another; what push-back is about.
    record Flow(NodeId source, NodeId destination) {}

    private final Link link;
    private final int number;
    private final int count;
    private final Set<Flow> paused = ConcurrentHashMap.newKeySet();
    private volatile boolean live = true;
    private volatile boolean doubted;

    /// @param ownShards how many event loops this node has, which is how many links it dials to a neighbour
    Egress(Link link, int ownShards) {
        this.link = link;
        this.number = link.dialled() ? link.shard() : link.neighbour().shard();
        this.count = link.dialled() ? ownShards : link.neighbour().shardCount();
    }

    Link link() {
        return link;
    }

    /// Which of the dialling node's event loops it belongs to.
    int number() {
        return number;
    }

    /// How many event loops the dialling node has.
    int count() {
        return count;
    }

    boolean live() {
        return live;
    }

    /// At once on the link's own thread, so that no packet is sent into a dead link while the table is made anew.
    void toDown() {
        live = false;
    }

    /// Whether it does not answer just now.
    boolean doubted() {
        return doubted;
    }

    void toDoubted(boolean now) {
        doubted = now;
    }

    Set<Flow> paused() {
        return paused;
    }
}
