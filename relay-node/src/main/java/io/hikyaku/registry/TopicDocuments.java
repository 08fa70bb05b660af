package io.hikyaku.registry;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Documents as registry topics hold them (PROTOCOL.md §9.2): a record for each part, one for the head, one for the
/// newest beat, in any order. Puts together what belongs together, and offers it to the directory. Nothing here is
/// believed for its place: heads and beats prove whose they are. Touched by the control loop alone.
public final class TopicDocuments {
    /// What follows the node's id in the key of its head's record.
    public static final String HEAD = "";

    private static final Logger LOG = LoggerFactory.getLogger(TopicDocuments.class);
    /// Parts of one node that are kept: those of the newest head, and those of the next one, which come before
    /// it.
    private static final int MAX_PARTS = 2 * DocumentHead.MAX_PARTS;

    private static final long MAX_NODE_BYTES = 2L * DocumentParts.MAX_BYTES;

    /// What is known of one node's records.
    private static final class Gathered {
        private @Nullable DocumentHead head;
        private final Map<PartDigest, byte[]> parts = new LinkedHashMap<>();
        private long bytes;
        /// Whether the head was written while we were reading.
        private boolean fresh;

        private boolean offered;

        void add(byte[] part) {
            if (parts.size() < MAX_PARTS
                    && bytes + part.length <= MAX_NODE_BYTES
                    && parts.putIfAbsent(PartDigest.of(part), part) == null) {
                bytes += part.length;
            }
        }

        void keepOnlyOf(DocumentHead newest) {
            parts.keySet().retainAll(new HashSet<>(newest.parts()));
            bytes = parts.values().stream().mapToLong(part -> part.length).sum();
        }
    }

    private final Directory directory;
    private final long budget;
    private final Runnable onMissed;
    private final SequencedMap<NodeId, Gathered> nodes = new LinkedHashMap<>();
    private long bytes;

    /// @param budget bytes kept; whoever was heard of longest ago is forgotten
    /// @param onMissed a node lives whose document is not known: the topics are to be read again
    public TopicDocuments(Directory directory, long budget, Runnable onMissed) {
        this.directory = directory;
        this.budget = budget;
        this.onMissed = onMissed;
    }

    /// Takes a record's value.
    ///
    /// @param fresh whether it was written while we were reading; else its node may be long gone
    public void onRecord(byte[] value, boolean fresh) {
        try {
            switch (RegistryFrames.read(Unpooled.wrappedBuffer(value))) {
                case Parts parts -> onParts(parts);
                case Document document -> onHead(DocumentHead.read(document.head()), fresh);
                case Beat beat -> onBeat(beat, fresh);
                default -> LOG.debug("ignored a frame that belongs on links");
            }
        } catch (Malformed e) {
            LOG.debug("ignored a record of a registry topic: {}", e.getMessage());
        }
    }

    private void onParts(Parts frame) {
        Gathered node = touch(frame.node());
        long before = node.bytes;
        frame.parts().forEach(node::add);
        bytes += node.bytes - before;
        offer(node);
        shrink();
    }

    private void onHead(DocumentHead head, boolean fresh) {
        NodeId id = head.node();
        Gathered known = nodes.get(id);
        DocumentHead before = known == null ? null : known.head;
        if (before != null && head.sequence() < before.sequence() || !SignedDocuments.isGenuine(head)) {
            return;
        }
        Gathered node = touch(id);
        node.fresh |= fresh;
        if (!head.equals(before)) {
            node.head = head;
            node.offered = false;
        }
        offer(node);
    }

    /// Offers the document once all its parts are there.
    private void offer(Gathered node) {
        DocumentHead head = node.head;
        if (head == null || node.offered && directory.knows(head.node(), head.sequence())) {
            return;
        }
        if (!node.parts.keySet().containsAll(head.parts())) {
            return;
        }
        long before = node.bytes;
        node.keepOnlyOf(head);
        bytes += node.bytes - before;
        node.offered = true;
        directory.offer(SignedDocument.of(head, node.parts), node.fresh);
        node.fresh = false;
    }

    private void onBeat(Beat beat, boolean fresh) {
        Gathered node = nodes.get(beat.node());
        DocumentHead head = node == null ? null : node.head;
        if (node == null || head == null) {
            if (fresh && !directory.knows(beat.node())) {
                onMissed.run();
            }
            return;
        }
        if (!SignedDocuments.isGenuine(beat, head)) {
            return;
        }
        touch(beat.node());
        boolean lives = directory.onBeat(beat, fresh);
        if (!directory.knows(beat.node(), head.sequence())) {
            node.offered = false;
            node.fresh |= lives;
            offer(node);
        }
        if (!lives) {
            directory.onBeat(beat, fresh); // now that there may be something known of the node
        }
        if (fresh && (beat.sequence() > head.sequence() || !directory.knows(beat.node()))) {
            onMissed.run();
        }
    }

    /// The node's records, as the ones heard of last.
    private Gathered touch(NodeId id) {
        Gathered known = nodes.remove(id);
        Gathered node = known == null ? new Gathered() : known;
        nodes.putLast(id, node);
        shrinkTo(Directory.MAX_NODES);
        return node;
    }

    private void shrinkTo(int count) {
        while (nodes.size() > count) {
            bytes -= nodes.pollFirstEntry().getValue().bytes;
        }
    }

    private void shrink() {
        while (bytes > budget && nodes.size() > 1) {
            bytes -= nodes.pollFirstEntry().getValue().bytes;
        }
    }

    /// The records of this node's document, by what follows its id in their keys: parts first, then the head, so
    /// that a reader seldom sees a head whose parts are yet to come.
    public static SequencedMap<String, byte[]> records(SignedDocument document) {
        SequencedMap<String, byte[]> records = new LinkedHashMap<>();
        int index = 0;
        for (PartDigest digest : document.head().parts()) {
            byte[] part = document.parts().get(digest);
            if (part != null) {
                records.put("/" + index, bytes(new Parts(document.node(), List.of(part))));
            }
            index++;
        }
        records.put(HEAD, bytes(new Document(document.head().bytes(), List.of())));
        return records;
    }

    /// The record of a beat.
    public static byte[] bytes(RegistryFrame frame) {
        ByteBuf out = Unpooled.buffer();
        RegistryFrames.write(out, frame);
        return ByteBufUtil.getBytes(out);
    }
}
