package io.hikyaku.route.table;

import io.hikyaku.link.PacketSink;
import io.hikyaku.wire.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Where packets leave, as routing uses it: whether it still lives, which sources were told to pause because of it, and
/// which of this node's own channels wait for it. Any thread.
public sealed class Egress permits LinkEgress {
    /// Packets from one node to another; what push-back is about.
    public record Flow(NodeId source, NodeId destination) {}

    /// One of this node's own channels, with the node it leads to.
    public record Sender(NodeId destination, long channel) {}

    private final PacketSink sink;
    private final QueueMarks marks;
    private final Set<Flow> paused = ConcurrentHashMap.newKeySet();
    private final Set<Sender> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Sender> admitted = ConcurrentHashMap.newKeySet();
    private volatile boolean live = true;
    private volatile boolean doubted;

    public Egress(PacketSink sink, QueueMarks marks) {
        this.sink = sink;
        this.marks = marks;
    }

    public PacketSink sink() {
        return sink;
    }

    /// When its queue counts as full, and as drained again.
    public QueueMarks marks() {
        return marks;
    }

    public boolean live() {
        return live;
    }

    /// At once on the sink's own thread, so that no packet is sent into a dead one while the table is made anew.
    public void toDown() {
        live = false;
    }

    /// Whether it does not answer just now.
    public boolean doubted() {
        return doubted;
    }

    public void toDoubted(boolean now) {
        doubted = now;
    }

    public Set<Flow> paused() {
        return paused;
    }

    /// This node's own channels that wait for room.
    public Set<Sender> waiting() {
        return waiting;
    }

    /// Lets some of those that wait go on: each may send one packet whatever the others have filled meanwhile, so
    /// that a small call gets its turn beside bulk transfers. Which one comes first, and so may fill most, is left
    /// to chance, or it would always be the same.
    ///
    /// @param most how many
    public synchronized List<Sender> admit(int most) {
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

    /// All that wait, which then wait no longer; they may only ask again.
    public List<Sender> wake() {
        List<Sender> woken = new ArrayList<>();
        waiting.removeIf(woken::add);
        return woken;
    }

    /// Whether the channel was let go on and has not sent a packet since.
    public boolean takeAdmission(Sender sender) {
        return !admitted.isEmpty() && admitted.remove(sender);
    }
}
