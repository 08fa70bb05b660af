package io.hikyaku.registry.flood;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.Varint;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Entry;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A neighbour of the flood: what it has yet to be told, what it wants, and how it is told. Nothing piles up for one
/// whose link is full: it is owed the newest document of a node, not each of them. Touched only by the control loop.
final class FloodNeighbour {
    /// What the neighbour has of a node's document, as far as we know.
    enum Has {
        /// The previous one: it only lacks the news.
        BEFORE,
        /// Some older one: it asks for what it lacks.
        SOMETHING,
        NOTHING
    }

    private static final long MAX_QUEUED = 1 << 20;
    /// How many signatures may be checked in vain at once, and then per second: forged ones, and those of a node
    /// that has said too much already.
    static final int WASTED = 100;

    private static final int WASTED_PER_SECOND = 20;
    /// Summaries that are answered within a time; another one is not.
    private static final int SUMMARIES = 4;

    private static final Duration SUMMARIES_PER = Duration.ofMinutes(2);
    /// How long to wait for its summary: one that crossed the loss of a link is gone, and no other follows.
    static final Duration SUMMARY_WAIT = Duration.ofSeconds(5);

    final Neighbour neighbour;
    private final NodeId self;
    private final Link link;
    private final Map<NodeId, Has> owed = new LinkedHashMap<>();
    private final Map<NodeId, Long> summary = new HashMap<>();
    private final List<Long> summariesAt = new ArrayList<>();
    /// What it wants.
    Subscription subscription;
    /// What we want and it has yet to be told.
    private @Nullable Subscription owedSubscription;

    private final long upAt;
    /// Whether it said what it has, or had the time to do so. Before that it is told nothing.
    private boolean greeted;

    private boolean owedEnd;
    private double wasted;
    private long wastedAt;

    /// Whether it has told all that it had at the beginning, but for parts that are still asked for.
    boolean toldAll;

    /// The sequences of which parts were missing then. Newer ones are not waited for: a node may keep changing for
    /// ever.
    Map<NodeId, Long> awaited = Map.of();

    /// How many of its digests in a row differed from ours; and after how many the next summary is sent.
    int mismatches;

    int patience = 2;

    /// @param before of the same neighbour over another link, if there was one
    FloodNeighbour(NodeId self, Neighbour neighbour, Link link, @Nullable FloodNeighbour before, long now) {
        this.self = self;
        this.neighbour = neighbour;
        this.link = link;
        this.upAt = now;
        this.wastedAt = now;
        this.subscription = before == null ? Subscription.EVERYTHING : before.subscription;
    }

    NodeId node() {
        return neighbour.node();
    }

    /// There is a newer document of the node.
    void creditOnFlush(NodeId node, Has has) {
        if (greeted) {
            owed.merge(node, has, (before, now) -> before == Has.BEFORE ? Has.SOMETHING : before);
        }
    }

    /// Tells it which parts are wanted here, as soon as there is room.
    void subscribe(Subscription wanted) {
        owedSubscription = wanted;
        sendSubscription();
    }

    private void sendSubscription() {
        Subscription wanted = owedSubscription;
        if (wanted != null && hasRoom()) {
            owedSubscription = null;
            send(wanted.frame());
        }
    }

    /// Whether it is told things from now on because its summary did not come.
    boolean greetsUnasked(long now) {
        if (greeted || now - upAt < SUMMARY_WAIT.toNanos()) {
            return false;
        }
        greeted = true;
        owedEnd = true;
        return true;
    }

    /// Whether one of its signatures may be checked.
    boolean mayBeChecked(long now) {
        wasted = Math.max(0, wasted - (now - wastedAt) / 1e9 * WASTED_PER_SECOND);
        wastedAt = now;
        return wasted < WASTED;
    }

    /// A signature was checked in vain.
    void onWasted() {
        wasted++;
    }

    boolean isOwedNothing() {
        return greeted && owed.isEmpty();
    }

    /// Takes what it says it has.
    ///
    /// @return all of it once that is known and may be answered, else null
    @Nullable
    Map<NodeId, Long> onSummary(RegistryFrame.Summary frame, int max, long now) {
        for (Entry entry : frame.entries()) {
            if (summary.size() < max) {
                summary.put(entry.node(), entry.sequence());
            }
        }
        if (!frame.last()) {
            return null;
        }
        Map<NodeId, Long> has = Map.copyOf(summary);
        summary.clear();
        summariesAt.removeIf(at -> now - at > SUMMARIES_PER.toNanos());
        if (summariesAt.size() >= SUMMARIES) {
            return null;
        }
        summariesAt.add(now);
        owedEnd |= !greeted;
        greeted = true;
        return has;
    }

    /// Sends what is owed while there is room.
    void send(Function<NodeId, @Nullable FloodedDocument> documents) {
        sendSubscription();
        for (Iterator<Map.Entry<NodeId, Has>> all = owed.entrySet().iterator(); all.hasNext() && hasRoom(); ) {
            Map.Entry<NodeId, Has> next = all.next();
            all.remove();
            FloodedDocument kept = documents.apply(next.getKey());
            SignedDocument whole = kept == null ? null : kept.whole();
            if (kept != null && whole != null) {
                send(new Document(DocumentHeads.write(whole.head()), parts(kept, whole, next.getValue())));
                tellBeat(kept, next.getValue());
            }
        }
        if (owedEnd && owed.isEmpty()) {
            owedEnd = false;
            send(new RegistryFrame.SnapshotEnd());
        }
    }

    /// A neighbour that forgot the node takes its old document again only when the node has signed something since.
    private void tellBeat(FloodedDocument kept, Has has) {
        if (kept.beat != null && (has != Has.BEFORE || kept.isFirst())) {
            send(kept.beat);
        }
    }

    /// As many of the parts that it is likely to lack as fit into the frame.
    private List<byte[]> parts(FloodedDocument kept, SignedDocument whole, Has has) {
        if (has == Has.SOMETHING) {
            return List.of();
        }
        Set<PartDigest> wanted = subscription.of(whole.head());
        if (has == Has.BEFORE) {
            wanted.retainAll(kept.news());
        }
        List<byte[]> parts = new ArrayList<>();
        int room =
                Packet.MAX_BODY - 1 - Varint.size(DocumentHeads.size(whole.head())) - DocumentHeads.size(whole.head());
        for (PartDigest digest : wanted) {
            byte[] part = whole.parts().get(digest);
            if (part != null && Varint.size(part.length) + part.length <= room) {
                room -= Varint.size(part.length) + part.length;
                parts.add(part);
            }
        }
        return parts;
    }

    /// Sends parts that it asked for; those that find no room are asked for again.
    void answer(SignedDocument whole, List<PartDigest> wanted) {
        List<byte[]> frame = new ArrayList<>();
        int room = Packet.MAX_BODY - 1 - NodeId.BYTES;
        int left = room;
        for (PartDigest digest : wanted) {
            byte[] part = whole.parts().get(digest);
            if (part == null) {
                continue;
            }
            int size = Varint.size(part.length) + part.length;
            if (size > left) {
                sendParts(whole.node(), frame);
                frame = new ArrayList<>();
                left = room;
            }
            frame.add(part);
            left -= size;
        }
        sendParts(whole.node(), frame);
    }

    private void sendParts(NodeId node, List<byte[]> parts) {
        if (!parts.isEmpty()) {
            offer(new Parts(node, parts));
        }
    }

    /// Says which documents are here.
    void summarize(Collection<Entry> entries) {
        List<Entry> all = List.copyOf(entries);
        int from = 0;
        do {
            int to = Math.min(all.size(), from + RegistryFrame.MAX_SUMMARY);
            send(new RegistryFrame.Summary(to == all.size(), all.subList(from, to)));
            from = to;
        } while (from < all.size());
    }

    /// Sends a frame that can be left out if the link is full.
    void offer(RegistryFrame frame) {
        if (hasRoom()) {
            send(frame);
        }
    }

    private boolean hasRoom() {
        return link.queuedBytes() <= MAX_QUEUED;
    }

    private void send(RegistryFrame frame) {
        ByteBuf body = Unpooled.buffer();
        RegistryFrames.write(body, frame);
        ByteBuf packet = ByteBufAllocator.DEFAULT.directBuffer(Packet.HEADER_BYTES + body.readableBytes());
        Packet.betweenNeighbours(PacketKind.REGISTRY, body.readableBytes(), self)
                .write(packet);
        link.send(packet.writeBytes(body));
    }
}
