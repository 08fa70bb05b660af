package io.hikyaku.registry;

import io.hikyaku.config.RegistryLimits;
import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.route.ControlLoop;
import io.hikyaku.route.NeighbourEvents;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.SnapshotEnd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Floods registry documents over links (PROTOCOL.md §4.5): keeps the newest of each node, passes it to all
/// neighbours but the one it came from, and gives a new neighbour all of them. Documents stay opaque: who uses them
/// verifies them. A leaf may bring only its own node's documents, and passes on nobody's.
///
/// A neighbour with a full link is owed the newest document of a node, not each of them, so nothing piles up for
/// it. Touched by the control loop alone, except where said.
public final class RegistryFlood implements NeighbourEvents, Publisher.Sink {
    /// Most nodes whose documents are kept.
    static final int MAX_NODES = 20_000;
    /// Documents of one node that are taken at once after a quiet time, and then per second.
    static final int BURST = 20;

    static final int PER_SECOND = 4;
    /// How long a document is kept for a node that cannot be reached: ways and documents come in any order.
    static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration HOUSEKEEPING = Duration.ofSeconds(1);
    private static final long MAX_QUEUED = 1 << 20;

    /// What to do with documents on this node.
    public interface Receiver {
        /// A document newer than what the flood keeps of this node.
        ///
        /// @return false if it is not genuine, so that it is neither kept nor passed on
        boolean onDocument(NodeId node, long sequence, byte[] signed);

        /// A neighbour has told all that it knew.
        void onSnapshotEnd();

        /// For a relay, which takes documents as they are.
        static Receiver none() {
            return new Receiver() {
                @Override
                public boolean onDocument(NodeId node, long sequence, byte[] signed) {
                    return true;
                }

                @Override
                public void onSnapshotEnd() {
                    // A relay needs no registry to work.
                }
            };
        }

        /// For a bridge, whose directory verifies them.
        static Receiver into(Directory directory) {
            return new Receiver() {
                @Override
                public boolean onDocument(NodeId node, long sequence, byte[] signed) {
                    return directory.offer(node, sequence, signed);
                }

                @Override
                public void onSnapshotEnd() {
                    directory.onSnapshotEnd();
                }
            };
        }
    }

    /// The newest document of a node; `tokens` bounds how often it may change.
    private static final class Kept {
        long sequence;
        byte[] signed = {};
        double tokens = BURST;
        long countedAt;
        long unreachableSince;
    }

    /// A neighbour, and what it has yet to be told.
    private static final class Out {
        final Neighbour neighbour;
        final Link link;
        final Set<NodeId> owed = new LinkedHashSet<>();
        boolean owedEnd = true;

        Out(Neighbour neighbour, Link link) {
            this.neighbour = neighbour;
            this.link = link;
        }
    }

    private final NodeId self;
    private final boolean forwards;
    private final RegistryLimits limits;
    private final ControlLoop loop;
    private final Receiver receiver;
    private final Map<NodeId, Kept> documents = new HashMap<>();
    private final Map<NodeId, Out> neighbours = new HashMap<>();
    private final Set<NodeId> reachable = new HashSet<>();
    private final Counter notAllowed;
    private final Counter tooMany;
    private final Counter notGenuine;
    private long bytes;
    /// For metrics, which other threads read.
    private volatile int nodesKept;

    private volatile long bytesKept;
    private boolean closed;

    public RegistryFlood(
            NodeId self,
            boolean forwards,
            RegistryLimits limits,
            ControlLoop loop,
            Receiver receiver,
            MeterRegistry meters) {
        this.self = self;
        this.forwards = forwards;
        this.limits = limits;
        this.loop = loop;
        this.receiver = receiver;
        this.notAllowed = counter(meters, "not-allowed");
        this.tooMany = counter(meters, "too-many");
        this.notGenuine = counter(meters, "not-genuine");
        Gauge.builder("hikyaku.registry.flooded.nodes", () -> nodesKept)
                .description("Nodes whose documents are kept")
                .register(meters);
        Gauge.builder("hikyaku.registry.flooded.bytes", () -> bytesKept)
                .description("Bytes of documents kept")
                .register(meters);
        loop.schedule(HOUSEKEEPING, this::keepHouse);
    }

    private static Counter counter(MeterRegistry meters, String reason) {
        return Counter.builder("hikyaku.registry.dropped.documents")
                .description("Documents that were neither kept nor passed on")
                .tag("reason", reason)
                .register(meters);
    }

    /// Ends the timer; any thread.
    public void close() {
        loop.execute(() -> closed = true);
    }

    /// Floods this node's own document.
    @Override
    public void publish(NodeDocument document, byte[] signed) {
        Kept kept = documents.computeIfAbsent(self, node -> new Kept());
        store(kept, document.sequence(), signed);
        flood(self, self);
    }

    // ------------------------------------------------------------------------------------------- neighbours

    @Override
    public void onNeighbourUp(Neighbour neighbour, Link link) {
        Out out = new Out(neighbour, link);
        neighbours.put(neighbour.node(), out);
        for (NodeId node : documents.keySet()) {
            if (mayTell(out, node)) {
                out.owed.add(node);
            }
        }
        send(out);
    }

    @Override
    public void onNeighbourDown(NodeId node) {
        neighbours.remove(node);
    }

    @Override
    public void onDrained(NodeId node) {
        Out out = neighbours.get(node);
        if (out != null) {
            send(out);
        }
    }

    @Override
    public void onReachable(NodeId node, boolean now) {
        if (now) {
            reachable.add(node);
        } else {
            reachable.remove(node);
            Kept kept = documents.get(node);
            if (kept != null) {
                kept.unreachableSince = loop.nanos();
            }
        }
    }

    // ------------------------------------------------------------------------------------------- documents

    @Override
    public void onRegistryFrame(Neighbour from, RegistryFrame frame) {
        switch (frame) {
            case Document document -> onDocument(from, document);
            case SnapshotEnd end -> {
                if (from.mayForward()) {
                    receiver.onSnapshotEnd();
                }
            }
        }
    }

    private void onDocument(Neighbour from, Document document) {
        NodeId node = document.node();
        if (node.equals(self)) {
            return; // our own came round a loop
        }
        if (!from.mayForward() && !node.equals(from.node())) {
            notAllowed.increment();
            return;
        }
        Kept kept = documents.get(node);
        if (kept != null && document.sequence() <= kept.sequence) {
            return;
        }
        if (kept == null ? documents.size() >= MAX_NODES : !takeToken(kept)) {
            tooMany.increment();
        } else if (bytes + document.document().length - sizeOf(kept)
                > limits.budget().bytes()) {
            tooMany.increment();
        } else if (!receiver.onDocument(node, document.sequence(), document.document())) {
            notGenuine.increment();
        } else {
            keep(document);
            flood(node, from.node());
        }
    }

    private static int sizeOf(@Nullable Kept kept) {
        return kept == null ? 0 : kept.signed.length;
    }

    private boolean takeToken(Kept kept) {
        long now = loop.nanos();
        kept.tokens = Math.min(BURST, kept.tokens + (now - kept.countedAt) / 1e9 * PER_SECOND);
        kept.countedAt = now;
        if (kept.tokens < 1) {
            return false;
        }
        kept.tokens--;
        return true;
    }

    private void keep(Document document) {
        Kept kept = documents.get(document.node());
        if (kept == null) {
            kept = new Kept();
            kept.countedAt = loop.nanos();
            kept.unreachableSince = loop.nanos();
            documents.put(document.node(), kept);
        }
        store(kept, document.sequence(), document.document());
    }

    private void store(Kept kept, long sequence, byte[] signed) {
        bytes += (long) signed.length - kept.signed.length;
        kept.sequence = sequence;
        kept.signed = signed;
        showSize();
    }

    private void showSize() {
        nodesKept = documents.size();
        bytesKept = bytes;
    }

    private void flood(NodeId node, NodeId from) {
        for (Out out : neighbours.values()) {
            if (!out.neighbour.node().equals(from) && mayTell(out, node)) {
                out.owed.add(node);
                send(out);
            }
        }
    }

    /// A leaf speaks for itself alone; nobody needs to hear what it said itself.
    private boolean mayTell(Out out, NodeId node) {
        return (forwards || node.equals(self)) && !node.equals(out.neighbour.node());
    }

    private void send(Out out) {
        for (Iterator<NodeId> owed = out.owed.iterator(); owed.hasNext() && hasRoom(out); ) {
            NodeId node = owed.next();
            owed.remove();
            Kept kept = documents.get(node);
            if (kept != null) {
                out.link.send(packet(new Document(node, kept.sequence, kept.signed)));
            }
        }
        if (out.owedEnd && out.owed.isEmpty()) {
            out.owedEnd = false;
            out.link.send(packet(new SnapshotEnd()));
        }
    }

    private static boolean hasRoom(Out out) {
        return out.link.queuedBytes() <= MAX_QUEUED;
    }

    private ByteBuf packet(RegistryFrame frame) {
        int length =
                frame instanceof Document document ? RegistryFrame.DOCUMENT_OVERHEAD + document.document().length : 1;
        ByteBuf packet = ByteBufAllocator.DEFAULT.directBuffer(Packet.HEADER_BYTES + length);
        Packet.betweenNeighbours(PacketKind.REGISTRY, length, self).write(packet);
        RegistryFrame.write(packet, frame);
        return packet;
    }

    // ------------------------------------------------------------------------------------------- time

    private void keepHouse() {
        if (closed) {
            return;
        }
        loop.schedule(HOUSEKEEPING, this::keepHouse);
        long now = loop.nanos();
        Iterator<Map.Entry<NodeId, Kept>> all = documents.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<NodeId, Kept> entry = all.next();
            NodeId node = entry.getKey();
            Kept kept = entry.getValue();
            boolean lost = !node.equals(self) && !reachable.contains(node);
            if (lost && now - kept.unreachableSince > GRACE.toNanos()) {
                all.remove();
                bytes -= kept.signed.length;
            }
        }
        showSize();
        neighbours.values().forEach(this::send);
    }
}
