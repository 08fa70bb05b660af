package io.hikyaku.bridge;

import io.hikyaku.config.KafkaLink;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.identity.Member;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.registry.KafkaRegistry;
import io.hikyaku.kafka.transport.Inbox;
import io.hikyaku.kafka.transport.InboxSink;
import io.hikyaku.kafka.transport.KafkaStatus;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.kafka.transport.PartitionChoice;
import io.hikyaku.node.MeshNode;
import io.hikyaku.registry.Directory;
import io.hikyaku.registry.Publisher;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.topic.TopicDocuments;
import io.hikyaku.route.table.QueueMarks;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a bridge does with Kafka when it is configured: reads a partition of its cluster's inbox, announces which, and
/// gives routing a direct path to every live node that announces one. Registry events come on the control loop.
final class KafkaSide implements Directory.Listener, KafkaRegistry.Listener, Publisher.Sink {
    /// The cost of a path over Kafka, so that a relay is preferred as long as it answers within this time.
    static final long COST_MICROS = 200_000;
    /// Its cost while no broker answers: more than that of any relay. The path is not removed, so that streams that
    /// wait for the brokers go on when these are back.
    static final long COST_WHILE_DOWN_MICROS = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSide.class);
    /// Records of registry topics that may wait for the control loop, 64 KiB each at most.
    private static final int MAX_RECORDS_WAITING = 128;

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final MeshNode node;
    private final String cluster;
    private final Directory directory;
    private final KafkaTopics topics;
    private final KafkaTransport transport;
    private final KafkaRegistry registry;
    private final TopicDocuments documents;
    private final Map<NodeId, InboxSink> sinks = new HashMap<>();
    private final Set<NodeId> seen = new HashSet<>();
    private final Deafness deafness = new Deafness();
    private final Semaphore room = new Semaphore(MAX_RECORDS_WAITING);
    private volatile Optional<NodeDocument.KafkaInbox> inbox = Optional.empty();
    private volatile byte @Nullable [] announcing;
    private volatile boolean announced;
    private volatile Runnable onInbox = () -> {};
    private volatile Runnable onNewcomer = () -> {};
    private volatile Runnable onHealth = () -> {};
    private volatile boolean works = true;

    KafkaSide(MeshNode node, String mesh, String cluster, KafkaLink config, BridgeLimits limits, Directory directory) {
        this.node = node;
        this.cluster = cluster;
        this.directory = directory;
        topics = new KafkaTopics(mesh);
        KafkaTransport.Settings settings = settings(node.node(), topics, cluster, config, limits);
        transport = new KafkaTransport(settings, node.loops(), node.router()::onInboxPacket, node.router());
        directory.addListener(this);
        documents = new TopicDocuments(
                directory, node.control(), limits.registry().budget().bytes(), this::reread);
        registry = new KafkaRegistry(settings, this);
        BridgeMeters.register(node.metrics().registry(), transport);
    }

    static KafkaTransport.Settings settings(
            NodeId self, KafkaTopics topics, String cluster, KafkaLink config, BridgeLimits limits) {
        QueueMarks marks = QueueMarks.ofInbox(limits.route());
        return new KafkaTransport.Settings(
                config.clientProperties(), topics, cluster, self, marks.fullAbove(), marks.drainedAt());
    }

    /// Where this node reads, as its document announces it.
    Optional<NodeDocument.KafkaInbox> inbox() {
        return inbox;
    }

    /// @param publisher told when the inbox is known, and when a node appears that only our next document will
    ///     convince
    void announceThrough(Publisher publisher) {
        onInbox = publisher::onChange;
        onNewcomer = publisher::onNewcomer;
        if (inbox.isPresent()) {
            publisher.onChange();
        }
    }

    /// @param changed told on the control loop when [#isDown] has changed
    void watch(Runnable changed) {
        onHealth = changed;
    }

    /// Whether no broker answers, so that calls over Kafka would only wait. Never before it has worked once.
    boolean isDown() {
        return !works;
    }

    KafkaStatus status() {
        return transport.status();
    }

    /// What is wrong with packets or documents over Kafka, if anything is.
    Optional<String> failure() {
        return transport.status().failure().or(registry::failure);
    }

    /// Leaves the registry and ends; takes a few seconds at most.
    void close() {
        registry.close();
        transport.close();
    }

    /// Whether others can find this node's inbox: our own reader has found the document that says so.
    boolean isAnnounced() {
        return announced;
    }

    private void reread() {
        registry.reread();
    }

    @Override
    public void publish(SignedDocument document) {
        SequencedMap<String, byte[]> records = TopicDocuments.records(document);
        if (inbox.isPresent()) {
            announcing = records.get(TopicDocuments.HEAD);
        }
        registry.publish(records);
    }

    @Override
    public void beat(Beat beat) {
        registry.beat(TopicDocuments.bytes(beat));
    }

    /// Reading waits for the control loop, so that no more than a bounded number of records is between them.
    @Override
    public void onRecord(String claimedCluster, byte[] record, boolean fresh) {
        if (!announced && Arrays.equals(record, announcing)) {
            announced = true;
        }
        try {
            if (!room.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a record of the registry is dropped: the control loop does not come to it");
                registry.reread();
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        node.control().execute(() -> {
            room.release();
            documents.onRecord(claimedCluster, record, fresh);
        });
    }

    /// Whether a node that reads from Kafka would be heard there now. A topic that stays away for long is no
    /// excuse.
    boolean hears(NodeDocument document) {
        return deafness.hears(document, registry::hears, node.control().nanos());
    }

    /// Only now is it known which partitions others of this cluster use.
    @Override
    public void onSnapshotComplete() {
        node.control().execute(() -> {
            directory.onSnapshotEnd();
            transport.readInbox(
                    this::choosePartition, this::onInbox, () -> node.control().execute(this::onHealth));
        });
    }

    private void onHealth() {
        boolean now = inbox.isEmpty() || transport.isReading();
        if (now != works) {
            works = now;
            sinks.forEach((other, sink) -> node.router().addDirect(other, sink, cost()));
            onHealth.run();
        }
    }

    private long cost() {
        return works ? COST_MICROS : COST_WHILE_DOWN_MICROS;
    }

    private int choosePartition(int partitions) {
        Map<Integer, Integer> used = new HashMap<>();
        for (NodeDocument document : directory.live().values()) {
            if (Member.parse(document.member()).name().equals(cluster)) {
                document.kafka().ifPresent(other -> used.merge(other.partition(), 1, Integer::sum));
            }
        }
        return PartitionChoice.choose(used, partitions, new SecureRandom());
    }

    /// On the control loop, as documents are made: one that is being made now does not announce it.
    private void onInbox(Inbox opened) {
        node.control().execute(() -> {
            inbox = Optional.of(new NodeDocument.KafkaInbox(topics.inbox(cluster), opened.partition()));
            onInbox.run();
        });
    }

    @Override
    public void onLive(NodeDocument document) {
        if (document.kafka().isEmpty()) {
            onGone(document.node());
            return;
        }
        String other = Member.parse(document.member()).name();
        InboxSink sink = transport.sinkFor(other, document.kafka().get().partition());
        InboxSink before = sinks.put(document.node(), sink);
        node.router().addDirect(document.node(), sink, cost());
        closeIfUnused(before);
        if (seen.add(document.node())) {
            onNewcomer.run();
        }
    }

    @Override
    public void onGone(NodeId gone) {
        seen.remove(gone);
        InboxSink sink = sinks.remove(gone);
        if (sink != null) {
            node.router().removeDirect(gone, sink);
            closeIfUnused(sink);
        }
    }

    private void closeIfUnused(@Nullable InboxSink sink) {
        if (sink != null && !sinks.containsValue(sink)) {
            sink.close("nobody reads there any more");
        }
    }
}
