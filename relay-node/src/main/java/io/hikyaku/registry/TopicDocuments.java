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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;
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
            PartDigest digest = PartDigest.of(part);
            boolean room = parts.size() < MAX_PARTS && bytes + part.length <= MAX_NODE_BYTES;
            boolean named = head != null && head.parts().contains(digest);
            if ((room || named) && parts.putIfAbsent(digest, part) == null) {
                bytes += part.length;
            }
        }

        void keepOnlyOf(DocumentHead newest) {
            parts.keySet().retainAll(new HashSet<>(newest.parts()));
            bytes = parts.values().stream().mapToLong(part -> part.length).sum();
        }
    }

    /// What one cluster's topic holds. Anybody may write anything about any node in its own topic, which must not
    /// keep out what the node itself writes in another.
    private static final class Topic {
        private final SequencedMap<NodeId, Gathered> nodes = new LinkedHashMap<>();
        private long bytes;

        void forgetFirst() {
            bytes -= nodes.pollFirstEntry().getValue().bytes;
        }
    }

    private final Directory directory;
    private final long budget;
    private final Runnable onMissed;
    private final Map<String, Topic> topics = new HashMap<>();

    /// @param budget bytes kept; beyond, the fullest topic forgets whoever was heard of there longest ago
    /// @param onMissed a node lives whose document is not known: the topics are to be read again
    public TopicDocuments(Directory directory, long budget, Runnable onMissed) {
        this.directory = directory;
        this.budget = budget;
        this.onMissed = onMissed;
    }

    /// Takes a record's value.
    ///
    /// @param cluster in whose topic it was
    /// @param fresh whether it was written while we were reading; else its node may be long gone
    public void onRecord(String cluster, byte[] value, boolean fresh) {
        Topic topic = topics.computeIfAbsent(cluster, _ -> new Topic());
        try {
            switch (RegistryFrames.read(Unpooled.wrappedBuffer(value))) {
                case Parts parts -> onParts(topic, parts);
                case Document document -> onHead(topic, DocumentHead.read(document.head()), fresh);
                case Beat beat -> onBeat(topic, beat, fresh);
                default -> LOG.debug("ignored a frame that belongs on links");
            }
        } catch (Malformed e) {
            LOG.debug("ignored a record of a registry topic: {}", e.getMessage());
        }
    }

    private void onParts(Topic topic, Parts frame) {
        Gathered node = touch(topic, frame.node());
        long before = node.bytes;
        frame.parts().forEach(node::add);
        topic.bytes += node.bytes - before;
        offer(topic, node);
        shrink();
    }

    private void onHead(Topic topic, DocumentHead head, boolean fresh) {
        NodeId id = head.node();
        Gathered known = topic.nodes.get(id);
        DocumentHead before = known == null ? null : known.head;
        if (before != null && head.sequence() < before.sequence() || !SignedDocuments.isGenuine(head)) {
            return;
        }
        Gathered node = touch(topic, id);
        node.fresh |= fresh;
        if (!head.equals(before)) {
            node.head = head;
            node.offered = false;
        }
        offer(topic, node);
    }

    /// Offers the document once all its parts are there.
    private void offer(Topic topic, Gathered node) {
        DocumentHead head = node.head;
        if (head == null || node.offered && directory.knows(head.node(), head.sequence())) {
            return;
        }
        if (!node.parts.keySet().containsAll(head.parts())) {
            return;
        }
        long before = node.bytes;
        node.keepOnlyOf(head);
        topic.bytes += node.bytes - before;
        node.offered = true;
        directory.offer(SignedDocument.of(head, node.parts), node.fresh);
        node.fresh = false;
    }

    private void onBeat(Topic topic, Beat beat, boolean fresh) {
        Gathered node = topic.nodes.get(beat.node());
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
        touch(topic, beat.node());
        boolean lives = directory.onBeat(beat, fresh);
        if (!directory.knows(beat.node(), head.sequence())) {
            node.offered = false;
            node.fresh |= lives;
            offer(topic, node);
        }
        if (!lives) {
            directory.onBeat(beat, fresh); // now that there may be something known of the node
        }
        if (fresh && (beat.sequence() > head.sequence() || !node.offered || !directory.knows(beat.node()))) {
            onMissed.run();
        }
    }

    /// The node's records, as the ones heard of last.
    private Gathered touch(Topic topic, NodeId id) {
        Gathered known = topic.nodes.remove(id);
        Gathered node = known == null ? new Gathered() : known;
        topic.nodes.putLast(id, node);
        if (known == null) {
            shrinkTo(Directory.MAX_NODES);
        }
        return node;
    }

    private void shrinkTo(int count) {
        while (topics.values().stream().mapToInt(topic -> topic.nodes.size()).sum() > count) {
            fullest(topic -> topic.nodes.size()).forgetFirst();
        }
    }

    private void shrink() {
        while (topics.values().stream().mapToLong(topic -> topic.bytes).sum() > budget
                && topics.values().stream()
                                .mapToInt(topic -> topic.nodes.size())
                                .sum()
                        > 1) {
            fullest(topic -> topic.bytes).forgetFirst();
        }
    }

    private Topic fullest(ToLongFunction<Topic> by) {
        return topics.values().stream().max(Comparator.comparingLong(by)).orElseThrow();
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
