package io.hikyaku.route;

import io.hikyaku.link.Link;
import io.hikyaku.wire.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A link as routing uses it: its number among the links of its neighbour, whether it still lives, which sources
/// were told to pause because of it, and which of this node's own channels wait for it. Any thread.
final class Egress {
    /// Packets from one node to another; what push-back is about.
    record Flow(NodeId source, NodeId destination) {}

    /// One of this node's own channels, by where it leads.
    record Sender(NodeId destination, long channel) {}

    private final Link link;
    private final int number;
    private final int count;
    private final Set<Flow> paused = ConcurrentHashMap.newKeySet();
    private final Set<Sender> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Sender> admitted = ConcurrentHashMap.newKeySet();
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

    /// Whether it leads to a topic of Kafka: then what is queued is also what is under way to the broker, and
    /// nobody but this node queues.
    boolean overTopic() {
        return link.neighbour().node().equals(NodeId.NONE);
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

    /// Own channels that wait for room.
    Set<Sender> waiting() {
        return waiting;
    }

    /// Lets some of those that wait go on: each may send one packet whatever the others have filled meanwhile, so
    /// that a small call gets its turn beside bulk transfers. Which one comes first, and so may fill most, is left
    /// to chance, or it would always be the same.
    ///
    /// @param most how many
    synchronized List<Sender> admit(int most) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Sender> senders = new ArrayList<>(waiting);
        Collections.shuffle(senders);
        List<Sender> chosen = List.copyOf(senders.subList(0, Math.min(most, senders.size())));
        admitted.clear();
        admitted.addAll(chosen);
        chosen.forEach(waiting::remove);
        return chosen;
    }

    /// All that wait, and wait no longer; they may ask again, and no more than that.
    List<Sender> wake() {
        List<Sender> woken = new ArrayList<>();
        waiting.removeIf(woken::add);
        return woken;
    }

    /// Whether the channel was let go on and has not sent a packet since.
    boolean takeAdmission(Sender sender) {
        return !admitted.isEmpty() && admitted.remove(sender);
    }
}
