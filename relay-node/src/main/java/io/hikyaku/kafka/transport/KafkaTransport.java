package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.KafkaClients;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.ThrottledWarnings;
import io.hikyaku.link.PacketSinkEvents;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Packets over Kafka: one producer for all inboxes of other clusters, one consumer for a partition of this cluster's
/// own. It starts at once and never fails: brokers that are away, topics that are missing and rights that are not
/// granted are retried for ever, logged, and shown in [#status()].
///
/// Kafka proves nobody: what arrives may be from anyone with the right to write, so only handshake
/// and data of channels are accepted, which prove their source themselves.
public final class KafkaTransport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaTransport.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration IDLE_LOOK = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(5);
    /// How long a missing topic of another cluster is not worth a warning: it may just have been created.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Settings settings;
    private final EventLoops loops;
    private final PacketSinkEvents events;
    private final RecordSender sender;
    private final InboxDispatcher dispatcher;
    private final Map<Inbox, InboxSink> sinks = new ConcurrentHashMap<>();
    private final ThrottledWarnings warnings = new ThrottledWarnings(LOG);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread learner;
    private volatile @Nullable InboxReader reader;
    private volatile @Nullable Thread reading;

    /// What a transport is made of.
    ///
    /// @param clientProperties of Kafka's clients, `bootstrap.servers` among them
    /// @param cluster this cluster
    /// @param node this node's address
    /// @param fullAbove bytes queued for a sink above which [PacketSinkEvents#onDrained] follows
    /// @param drainedAt when they have fallen to this
    public record Settings(
            Map<String, String> clientProperties,
            KafkaTopics topics,
            String cluster,
            NodeId node,
            long fullAbove,
            long drainedAt) {
        public Settings {
            clientProperties = Map.copyOf(clientProperties);
            KafkaTopics.checkLabel(cluster);
        }

        public String brokers() {
            return clientProperties.getOrDefault("bootstrap.servers", "");
        }

        public String remedy(String forCluster) {
            return "./hikyaku kafka prepare --bootstrap-server " + brokers() + " --mesh " + topics.mesh()
                    + " --cluster " + forCluster;
        }

        /// Without the properties, which may hold secrets.
        @Override
        public String toString() {
            return "KafkaTransport.Settings[" + brokers() + ", " + topics.inbox(cluster) + "]";
        }
    }

    /// Starts to connect in the background and returns.
    ///
    /// @param packets takes ownership of each packet of the inbox, on the event loop of its channel
    /// @param events hears of sinks that drained or were closed
    public KafkaTransport(Settings settings, EventLoops loops, Consumer<ByteBuf> packets, PacketSinkEvents events) {
        this.settings = settings;
        this.loops = loops;
        this.events = events;
        this.sender = new RecordSender(settings.clientProperties, KafkaClients.REAL);
        this.dispatcher = new InboxDispatcher(settings.node, loops, packets);
        this.learner = Thread.ofPlatform().daemon().name("kafka-sinks").start(this::learn);
    }

    /// Starts to read this node's inbox. Called once.
    ///
    /// @param choose from the number of partitions the one to read, on a thread of the transport; see
    ///     [PartitionChoice]
    /// @param opened hears which one is read, once nothing written there will be missed: the moment to announce it.
    ///     Called again if it had to be chosen anew. On a thread of the transport.
    /// @param onHealth hears that [#isReading()] has changed. On a thread of the transport.
    public synchronized void readInbox(IntUnaryOperator choose, Consumer<Inbox> opened, Runnable onHealth) {
        if (reader != null) {
            throw new IllegalStateException("The inbox is read already");
        }
        InboxReader starting = new InboxReader(
                settings.clientProperties,
                KafkaClients.REAL,
                settings.topics.inbox(settings.cluster),
                settings.remedy(settings.cluster),
                choose,
                opened,
                onHealth,
                dispatcher);
        reader = starting;
        reading = Thread.ofPlatform().daemon().name("kafka-inbox").start(starting);
    }

    /// Whether brokers answer, as far as reading shows: it turns false a few seconds after they cease to, and true
    /// again as soon as one answers.
    public boolean isReading() {
        InboxReader current = reader;
        return current != null && current.health.up();
    }

    /// Where packets go for all nodes that read a partition of a cluster's inbox; the same sink each time until it
    /// is closed. May be used at once: packets wait until Kafka's client knows the topic.
    ///
    /// @throws IllegalArgumentException if the cluster is not a label or the partition is negative
    public InboxSink sinkFor(String cluster, int partition) {
        if (partition < 0) {
            throw new IllegalArgumentException("Partition " + partition);
        }
        Inbox inbox = new Inbox(settings.topics.inbox(cluster), partition);
        return sinks.computeIfAbsent(inbox, key -> {
            InboxSink sink = new InboxSink(
                    key,
                    new SizeProbe(settings.node, System::nanoTime),
                    sender,
                    new InboxSink.Marks(settings.fullAbove, settings.drainedAt),
                    new SinkOwner());
            LockSupport.unpark(learner);
            return sink;
        });
    }

    /// What the transport hears from its sinks.
    private final class SinkOwner implements InboxSink.Owner {
        @Override
        public void onWaiting(InboxSink sink) {
            LockSupport.unpark(learner);
        }

        @Override
        public void onFailure(InboxSink sink, KafkaFailure failure) {
            warnings.say(failure);
        }

        @Override
        public void onDrained(InboxSink sink) {
            loops.loop(0).execute(() -> events.onDrained(sink));
        }

        @Override
        public void onClosed(InboxSink sink, String reason) {
            sinks.remove(sink.inbox(), sink);
            loops.loop(0).execute(() -> events.onDown(sink, reason));
        }
    }

    /// Connects, and finds out about partitions that sinks want. The client answers from what it knows and asks the
    /// brokers in its own time, so this looks again soon while a sink waits.
    private void learn() {
        Map<Inbox, Long> since = new HashMap<>();
        while (closing.getCount() > 0) {
            boolean waiting = false; // for an answer that may come any moment
            try {
                sender.open();
                since.keySet().retainAll(sinks.keySet());
                for (InboxSink sink : sinks.values()) {
                    if (sink.isKnown()) {
                        sink.drain();
                        waiting |= sink.isWaiting();
                    } else {
                        waiting |= learn(sink, since);
                    }
                }
            } catch (KafkaException failed) {
                KafkaFailure said = KafkaFailure.of("connecting to Kafka at " + settings.brokers(), failed);
                sender.health.toDown(said.sentence());
                warnings.say(said);
            }
            LockSupport.parkNanos((waiting ? LOOK_AGAIN : IDLE_LOOK).toNanos());
        }
    }

    /// @return whether to look again soon: not if it is known now, nor if it has been missing for long
    private boolean learn(InboxSink sink, Map<Inbox, Long> since) {
        Inbox inbox = sink.inbox();
        try {
            if (sender.knows(inbox.topic(), inbox.partition())) {
                since.remove(inbox);
                sink.toKnown();
                return false;
            }
        } catch (KafkaException refused) {
            KafkaFailure said = KafkaFailure.of("sending to " + inbox.topic(), refused);
            sink.health.toDown(said.sentence());
            warnings.say(said);
        }
        long now = System.nanoTime();
        boolean young = now - since.computeIfAbsent(inbox, _ -> now) < PATIENCE.toNanos();
        if (!young) {
            String missing = "sending to " + inbox.topic() + " partition " + inbox.partition()
                    + ": no broker answers, or there is no such topic, or it may not be seen";
            sink.health.toDown(missing);
            warnings.say(missing);
        }
        return young;
    }

    /// The present status; any thread.
    public KafkaStatus status() {
        InboxReader current = reader;
        Optional<String> readFailure = current == null ? Optional.empty() : current.health.failure();
        Optional<String> sendFailure = sinks.isEmpty() ? Optional.empty() : sender.health.failure();
        Optional<String> failure = readFailure.or(() -> sendFailure).or(this::sinkFailure);
        return new KafkaStatus(
                settings.brokers(),
                current == null ? Optional.empty() : current.inbox(),
                readFailure.isEmpty() && sendFailure.isEmpty() && !allSinksFail(),
                failure.or(this::trouble),
                sender.roundTripMicros(),
                sinks.values().stream().mapToLong(InboxSink::queuedBytes).sum(),
                dispatcher.received.sum(),
                dispatcher.foreign.sum(),
                dispatcher.malformed.sum(),
                sender.lost.sum(),
                sender.refused.sum());
    }

    private boolean allSinksFail() {
        return !sinks.isEmpty() && sinks.values().stream().noneMatch(sink -> sink.health.up());
    }

    private Optional<String> sinkFailure() {
        return sinks.values().stream()
                .flatMap(sink -> sink.health.failure().stream())
                .findFirst();
    }

    private Optional<String> trouble() {
        return sinks.values().stream().flatMap(sink -> sink.trouble().stream()).findFirst();
    }

    /// Stops reading, sends what waits, and ends its threads: within five seconds, whatever the brokers do.
    @Override
    public void close() {
        closing.countDown();
        LockSupport.unpark(learner);
        InboxReader current = reader;
        if (current != null) {
            current.close();
        }
        sender.close();
        join(learner);
        Thread thread = reading;
        if (thread != null) {
            join(thread);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
