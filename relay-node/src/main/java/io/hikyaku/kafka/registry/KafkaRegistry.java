package io.hikyaku.kafka.registry;

import io.hikyaku.kafka.Health;
import io.hikyaku.kafka.KafkaClients;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaSettings;
import io.hikyaku.kafka.PollLoop;
import io.hikyaku.kafka.ThrottledWarnings;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.wire.Packet;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry over Kafka: keeps the records of this node's document in its cluster's topic, and reads those of all
/// clusters, new ones within seconds. Records are opaque here, and nobody believes them because of where they are:
/// signatures say whose they are, and only a node's own silence or signature ends it, never the tombstone of somebody
/// who may write.
///
/// One thread reads, looks for topics and writes. It keeps trying for ever, like [KafkaTransport].
public final class KafkaRegistry implements AutoCloseable {
    /// Larger records are not frames of the registry.
    public static final int MAX_RECORD = Packet.MAX_BODY;

    private static final Logger LOG = LoggerFactory.getLogger(KafkaRegistry.class);
    private static final Duration LOOK = Duration.ofMillis(1500);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration END = Duration.ofSeconds(8);
    /// A topic that appears this long after the last look may have been there, full of old documents, for a
    /// while.
    private static final Duration SURE = Duration.ofSeconds(10);
    /// Brokers that have not answered for this long are away, and what others say there cannot be heard.
    private static final Duration DEAF = Duration.ofSeconds(4);
    /// How often all topics are read again from their beginning, at most.
    private static final Duration REREAD = Duration.ofMinutes(1);

    private final KafkaTransport.Settings settings;
    private final Listener listener;
    private final DocumentWriter writer;
    private final ThrottledWarnings warnings = new ThrottledWarnings(LOG);
    private final PollLoop reading;
    private final Thread thread;
    private final Health health = new Health("not connected yet");

    /// For each partition ever seen.
    private final Map<TopicPartition, Progress> progress = new HashMap<>();
    private volatile Set<TopicPartition> assigned = Set.of();
    private volatile boolean listed;
    private boolean complete;
    private volatile long listedAt;
    private volatile boolean rereadAsked;
    private long rereadAt = System.nanoTime() - REREAD.toNanos();

    /// Where to continue in a partition, and the offset below which documents were there before we looked.
    private static final class Progress {
        long next;
        long staleBelow;

        /// @return whether the topic was deleted and created anew
        boolean to(long position) {
            boolean anew = position < next;
            if (anew) {
                staleBelow = 0;
            }
            next = position;
            return anew;
        }
    }

    /// Hears of records, on the registry's thread.
    public interface Listener {
        /// @param cluster whose topic it was found in, which proves nothing
        /// @param record not verified; 64 KiB at most
        /// @param fresh whether it was written while we were reading; else its node may be long gone, until
        ///     it speaks again
        void onRecord(String cluster, byte[] record, boolean fresh);

        /// Everything that was there at the start has been read. Called once.
        void onSnapshotComplete();
    }

    /// Starts to connect and to read in the background and returns.
    public KafkaRegistry(KafkaTransport.Settings settings, Listener listener) {
        this(settings, KafkaClients.REAL, listener);
    }

    KafkaRegistry(KafkaTransport.Settings settings, KafkaClients clients, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.reading = new PollLoop(clients, KafkaSettings.consumer(settings.clientProperties(), "earliest"), LOG);
        this.writer = new DocumentWriter(settings, clients);
        this.thread = Thread.ofPlatform().daemon().name("kafka-registry").start(this::run);
    }

    /// Has the topic hold these records for this node, soon, and again until each is acknowledged by all
    /// replicas. A later call replaces them: what is the same is not written again, and what is missing is
    /// deleted.
    ///
    /// @param records by what follows the node id in their keys, in the order in which they are to be written;
    ///     each 64 KiB at most
    public void publish(SequencedMap<String, byte[]> records) {
        writer.publish(records);
    }

    /// Writes that this node lives; replaces the one before.
    public void beat(byte[] record) {
        writer.beat(record);
    }

    /// Reads all topics from their beginning again, soon: something in them was missed. At most once a minute.
    public void reread() {
        rereadAsked = true;
    }

    /// Whether what a cluster's nodes write is heard now: brokers answer, and its topic is there.
    public boolean hears(String cluster) {
        String topic = settings.topics().registry(cluster);
        return listed
                && System.nanoTime() - listedAt < DEAF.toNanos()
                && assigned.contains(new TopicPartition(topic, 0));
    }

    /// What is wrong with the registry's topics, if anything is.
    public Optional<String> failure() {
        return health.failure().or(writer.health::failure);
    }

    private void run() {
        reading.run(this::read, this::onFailure);
        writer.close();
    }

    private void onFailure(RuntimeException failure) {
        KafkaFailure said = KafkaFailure.of("reading the registry at " + settings.brokers(), failure);
        health.toDown(said.sentence());
        warnings.say(said);
    }

    private void read(Consumer<byte[], byte[]> from) {
        resume(from);
        long lookAt = System.nanoTime();
        while (!reading.isClosing()) {
            if (System.nanoTime() - lookAt >= 0) {
                look(from);
                lookAt = System.nanoTime() + LOOK.toNanos();
            }
            writer.write();
            rereadIfAsked(from);
            poll(from);
            if (!complete && listed && caughtUp()) {
                complete = true;
                listener.onSnapshotComplete();
            }
        }
    }

    private void poll(Consumer<byte[], byte[]> from) {
        if (assigned.isEmpty()) {
            reading.pause(POLL);
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
            onRecord(record);
        }
        for (TopicPartition partition : assigned) {
            boolean anew = progressOf(partition).to(from.position(partition, ANSWER));
            if (anew && isOwn(partition)) {
                writer.rewrite();
            }
        }
    }

    /// What is read again says nothing new about which nodes live.
    private void rereadIfAsked(Consumer<byte[], byte[]> from) {
        if (rereadAsked && !assigned.isEmpty() && System.nanoTime() - rereadAt >= REREAD.toNanos()) {
            from.endOffsets(assigned, ANSWER).forEach((partition, end) -> {
                Progress at = progressOf(partition);
                at.staleBelow = end;
                at.next = 0;
            });
            resume(from);
            rereadAsked = false;
            rereadAt = System.nanoTime();
        }
    }

    private void onRecord(ConsumerRecord<byte[], byte[]> record) {
        Progress at = progressOf(new TopicPartition(record.topic(), record.partition()));
        byte[] value = record.value();
        if (value == null) { // a tombstone is for Kafka's cleaner only
            return;
        }
        if (value.length > MAX_RECORD) {
            warnings.say("a record of " + value.length + " bytes in " + record.topic() + " is ignored");
            return;
        }
        boolean fresh = record.offset() >= at.staleBelow;
        settings.topics()
                .clusterOfRegistry(record.topic())
                .ifPresent(cluster -> listener.onRecord(cluster, value, fresh));
    }

    private boolean caughtUp() {
        return assigned.stream().map(this::progressOf).allMatch(at -> at.next >= at.staleBelow);
    }

    /// Finds topics that appeared or disappeared.
    private void look(Consumer<byte[], byte[]> by) {
        Set<TopicPartition> found = new HashSet<>();
        by.listTopics(ANSWER).keySet().stream()
                .filter(topic -> settings.topics().clusterOfRegistry(topic).isPresent())
                .forEach(topic -> found.add(new TopicPartition(topic, 0)));
        long now = System.nanoTime();
        boolean sure = listed && now - listedAt < SURE.toNanos();
        if (!found.equals(assigned)) {
            Set<TopicPartition> added = new HashSet<>(found);
            added.removeAll(assigned);
            begin(added, sure, by);
            assigned = Set.copyOf(found);
            resume(by);
        }
        listed = true;
        listedAt = now;
        judge(found);
    }

    /// Reads partitions from their beginning. One that was away may have been made anew and hold as many records as
    /// before already; what it held may be gone, and what it holds says nothing new about which nodes live.
    private void begin(Set<TopicPartition> added, boolean sure, Consumer<byte[], byte[]> by) {
        Set<TopicPartition> back = new HashSet<>(added);
        back.retainAll(progress.keySet());
        Set<TopicPartition> old = sure ? back : added;
        Map<TopicPartition, Long> ends = old.isEmpty() ? Map.of() : by.endOffsets(old, ANSWER);
        for (TopicPartition partition : added) {
            Progress at = progressOf(partition);
            at.next = 0;
            at.staleBelow = ends.getOrDefault(partition, 0L);
        }
        if (back.stream().anyMatch(this::isOwn)) {
            writer.rewrite();
        }
    }

    private boolean isOwn(TopicPartition partition) {
        return partition.topic().equals(settings.topics().registry(settings.cluster()));
    }

    private void judge(Collection<TopicPartition> found) {
        String own = settings.topics().registry(settings.cluster());
        if (found.stream().noneMatch(this::isOwn)) {
            String missing = "there is no topic " + own + ", or it may not be seen. To make it: "
                    + settings.remedy(settings.cluster());
            health.toDown(missing);
            warnings.say(missing);
        } else if (health.toUp()) {
            warnings.clear();
        }
    }

    /// Reads all partitions, each from where it had got to.
    private void resume(Consumer<byte[], byte[]> by) {
        by.assign(assigned);
        assigned.forEach(partition -> by.seek(partition, progressOf(partition).next));
    }

    private Progress progressOf(TopicPartition partition) {
        return progress.computeIfAbsent(partition, _ -> new Progress());
    }

    /// Leaves: deletes this node's records for those that read the topic later, then ends. Within eight seconds,
    /// whatever the brokers do.
    @Override
    public void close() {
        writer.leave();
        reading.close();
        try {
            thread.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
