package io.hikyaku.registry.topic;

import io.hikyaku.loop.Loop;
import io.hikyaku.registry.Directory;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.SignedDocuments;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Documents as registry topics hold them (PROTOCOL.md §9.2): a record for each part, one for the head, one for the
/// newest beat, in any order. Puts together what belongs together, and offers it to the directory. Nothing here is
/// believed because of where it was found: heads and beats prove whose they are. One node is heard as often as over
/// links: 20 times at once and then 4 times a second; beyond that, the newest counts. Touched only by the control loop.
public final class TopicDocuments {
    /// What follows the node's id in the key of its head's record.
    public static final String HEAD = "";

    private static final Logger LOG = LoggerFactory.getLogger(TopicDocuments.class);
    /// When things that a node said too soon are looked at.
    private static final Duration LATE = Duration.ofSeconds(1);

    /// How often topics are read again for what was missed in one: less and less often while that brings nothing.
    private static final Duration MISSED = Duration.ofMinutes(1);

    private static final Duration MISSED_MOST = Duration.ofMinutes(32);

    /// What one cluster's topic holds. Any cluster may write anything about any node in its own topic, which must
    /// not keep out what the node itself writes in another.
    private static final class Topic {
        private final SequencedMap<NodeId, TopicNode> nodes = new LinkedHashMap<>();
        private long bytes;
        private long missedAt;
        /// How long until topics may be read again.
        private long patience;

        void forgetFirst() {
            bytes -= nodes.pollFirstEntry().getValue().charged;
        }

        /// Whether something in it was missed, and reading everything again has helped or was not tried for a
        /// long time.
        boolean takeMissed(long now) {
            if (patience > 0 && now - missedAt < patience) {
                return false;
            }
            missedAt = now;
            patience = Math.clamp(2 * patience, MISSED.toNanos(), MISSED_MOST.toNanos());
            return true;
        }

        /// The node has changed.
        void charge(TopicNode node) {
            bytes += node.size() - node.charged;
            node.charged = node.size();
        }
    }

    private final Directory directory;
    private final Loop loop;
    private final long budget;
    private final Runnable onMissed;
    private final Map<String, Topic> topics = new HashMap<>();

    /// @param budget bytes of memory; beyond that, the fullest topic forgets the node heard of there longest ago
    /// @param onMissed a node lives but its document is not known: the topics are to be read again
    public TopicDocuments(Directory directory, Loop loop, long budget, Runnable onMissed) {
        this.directory = directory;
        this.loop = loop;
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
                case Parts parts -> onParts(topic, parts, fresh);
                case Document document -> onHead(topic, DocumentHeads.read(document.head()), fresh);
                case Beat beat -> onBeat(topic, beat, fresh);
                default -> LOG.debug("ignored a frame that belongs on links");
            }
        } catch (Malformed e) {
            LOG.debug("ignored a record of a registry topic: {}", e.getMessage());
        }
    }

    private void onParts(Topic topic, Parts frame, boolean fresh) {
        TopicNode node = touch(topic, frame.node());
        frame.parts().forEach(node::add);
        onRecord(topic, node, fresh);
    }

    private void onHead(Topic topic, DocumentHead head, boolean fresh) {
        NodeId id = head.node();
        TopicNode known = topic.nodes.get(id);
        DocumentHead before = known == null ? null : known.head();
        if (before != null && head.sequence() < before.sequence()) {
            return;
        }
        if (known != null && !head.equals(before) && known.hasToWait(loop.nanos())) {
            known.defer(head, fresh);
            attendLater(topic, id, known);
            shrink(topic, known);
            return;
        }
        if (!head.equals(before) && !SignedDocuments.isGenuine(head)) {
            return;
        }
        TopicNode node = touch(topic, id);
        node.onHead(head, fresh);
        onRecord(topic, node, fresh);
    }

    /// The node has one more record.
    private void onRecord(Topic topic, TopicNode node, boolean fresh) {
        if (offer(node) && !fresh) {
            topic.patience = 0; // reading again helps
        }
        shrink(topic, node);
    }

    /// Offers the document once all its parts are there.
    ///
    /// @return whether it was news, and was taken
    private boolean offer(TopicNode node) {
        SignedDocument whole = node.offered ? null : node.whole();
        if (whole == null) {
            return false;
        }
        node.offered = true;
        boolean news = !directory.knows(whole.node(), whole.sequence());
        news &= directory.offer(whole, node.fresh);
        node.fresh = false;
        return news;
    }

    private void onBeat(Topic topic, Beat beat, boolean fresh) {
        TopicNode node = topic.nodes.get(beat.node());
        DocumentHead head = node == null ? null : node.head();
        if (node == null || head == null) {
            if (fresh && !directory.knows(beat.node())) {
                onMissed(topic);
            }
            return;
        }
        if (beat.count() <= node.beats) {
            return;
        }
        if (node.hasToWait(loop.nanos())) {
            node.defer(beat, fresh);
            attendLater(topic, beat.node(), node);
            return;
        }
        if (!SignedDocuments.isGenuine(beat, head)) {
            return;
        }
        node.beats = beat.count();
        touch(topic, beat.node());
        boolean lives = directory.onBeat(beat, fresh);
        if (!directory.knows(beat.node(), head.sequence()) && node.takeOfferAgain(loop.nanos())) {
            node.offered = false;
            node.fresh |= lives;
            offer(node);
        }
        if (!lives) {
            directory.onBeat(beat, fresh); // now that there may be something known of the node
        }
        if (fresh && (beat.sequence() > head.sequence() || !node.offered)) {
            onMissed(topic);
        }
    }

    private void onMissed(Topic topic) {
        if (topic.takeMissed(loop.nanos())) {
            onMissed.run();
        }
    }

    private void attendLater(Topic topic, NodeId id, TopicNode node) {
        if (!node.attended) {
            node.attended = true;
            loop.schedule(LATE, () -> attend(topic, id, node));
        }
    }

    /// Takes what came too soon after other things: the newest counts.
    private void attend(Topic topic, NodeId id, TopicNode node) {
        TopicNode.Late<DocumentHead> head = node.lateHead;
        TopicNode.Late<Beat> beat = node.lateBeat;
        node.lateHead = null;
        node.lateBeat = null;
        node.attended = false;
        if (!node.equals(topic.nodes.get(id))) {
            return; // forgotten meanwhile
        }
        topic.charge(node);
        if (head != null) {
            onHead(topic, head.value(), head.fresh());
        }
        if (beat != null) {
            onBeat(topic, beat.value(), beat.fresh());
        }
    }

    /// The node's records, as the ones heard of last.
    private TopicNode touch(Topic topic, NodeId id) {
        TopicNode known = topic.nodes.remove(id);
        TopicNode node = known == null ? new TopicNode(loop.nanos()) : known;
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

    private void shrink(Topic changed, TopicNode node) {
        changed.charge(node);
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
        records.put(HEAD, bytes(new Document(DocumentHeads.write(document.head()), List.of())));
        return records;
    }

    /// The record of a beat.
    public static byte[] bytes(RegistryFrame frame) {
        ByteBuf out = Unpooled.buffer();
        RegistryFrames.write(out, frame);
        return ByteBufUtil.getBytes(out);
    }
}
