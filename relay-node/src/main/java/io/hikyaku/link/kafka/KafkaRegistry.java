package io.hikyaku.link.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry over Kafka: writes this node's document to its cluster's topic, and reads those of all clusters,
/// new ones within seconds. Documents are opaque here and believed by nobody for their place: their signatures
/// say whose they are, and only a node's own silence or signature ends it, never the tombstone of whoever may
/// write.
///
/// One thread reads, looks for topics and writes. It keeps trying for ever, like [KafkaTransport].
public final class KafkaRegistry implements AutoCloseable {
    /// Larger ones cannot travel over relays either.
    static final int MAX_DOCUMENT = 768 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(KafkaRegistry.class);
    private static final Duration LOOK = Duration.ofMillis(1500);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(8);
    /// A topic that appears this long after the last look may have been there, full of old documents, for a
    /// while.
    private static final Duration SURE = Duration.ofSeconds(10);

    private final KafkaTransport.Settings settings;
    private final Listener listener;
    private final DocumentWriter writer;
    private final Complaints complaints = new Complaints(LOG);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final Health health = new Health("not connected yet");
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /// Of each partition ever seen, so that one which is back is not read anew.
    private final Map<TopicPartition, Progress> progress = new HashMap<>();
    private Set<TopicPartition> assigned = Set.of();
    private boolean listed;
    private boolean complete;
    private long listedAt;

    /// Where to go on in a partition, and below what a document was there before we looked.
    private static final class Progress {
        long next;
        long staleBelow;

        void to(long position) {
            if (position < next) { // deleted and made anew
                staleBelow = 0;
            }
            next = position;
        }
    }

    /// Who hears of documents, on the registry's thread.
    public interface Listener {
        /// @param cluster whose topic it was found in, which proves nothing
        /// @param document not verified; 768 KiB at most
        /// @param fresh whether it was written while we were reading; else its node may be long gone, until it
        ///     speaks again
        void onDocument(String cluster, byte[] document, boolean fresh);

        /// All that was there at the start has been read. Once.
        void onSnapshotComplete();
    }

    /// Starts to connect and to read in the background and returns.
    public KafkaRegistry(KafkaTransport.Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.writer = new DocumentWriter(settings);
        this.thread = Thread.ofPlatform().daemon().name("kafka-registry").start(this::run);
    }

    /// Writes this node's document, soon, and again until it is acknowledged by all replicas; a later call
    /// replaces it.
    ///
    /// @param document signed, 768 KiB at most
    public void publish(byte[] document) {
        writer.publish(document);
    }

    /// What is wrong with the registry's topics, if anything is.
    public Optional<String> failure() {
        return health.failure().or(writer.health::failure);
    }

    private void run() {
        while (closing.getCount() > 0) {
            KafkaConsumer<byte[], byte[]> opening = null;
            try {
                opening = new KafkaConsumer<>(
                        KafkaSettings.consumer(settings.clientProperties(), "earliest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                consumer = opening;
                read(opening);
            } catch (WakeupException e) {
                LOG.debug("The registry was interrupted", e);
            } catch (KafkaException e) {
                onFailure(e);
            } finally {
                consumer = null;
                if (opening != null) {
                    opening.close(CloseOptions.timeout(CLOSE));
                }
            }
        }
        writer.close();
    }

    private void onFailure(KafkaException failure) {
        Throwable cause =
                failure.getClass() == KafkaException.class && failure.getCause() != null ? failure.getCause() : failure;
        KafkaFailure said = KafkaFailure.of("reading the registry at " + settings.brokers(), cause);
        health.toDown(said.sentence());
        complaints.say(said);
        try {
            closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> from) {
        resume(from);
        long lookAt = System.nanoTime();
        while (closing.getCount() > 0) {
            if (System.nanoTime() - lookAt >= 0) {
                look(from);
                lookAt = System.nanoTime() + LOOK.toNanos();
            }
            writer.write();
            poll(from);
            if (!complete && listed && caughtUp()) {
                complete = true;
                listener.onSnapshotComplete();
            }
        }
    }

    private void poll(KafkaConsumer<byte[], byte[]> from) {
        if (assigned.isEmpty()) {
            pauseWithoutTopics();
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
            onRecord(record);
        }
        for (TopicPartition partition : assigned) {
            progressOf(partition).to(from.position(partition, ANSWER));
        }
    }

    private void pauseWithoutTopics() {
        try {
            closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
    }

    private void onRecord(ConsumerRecord<byte[], byte[]> record) {
        Progress at = progressOf(new TopicPartition(record.topic(), record.partition()));
        byte[] document = record.value();
        if (document == null) { // a tombstone is for Kafka's cleaner only
            return;
        }
        if (document.length > MAX_DOCUMENT) {
            complaints.say("a document of " + document.length + " bytes in " + record.topic() + " is ignored");
            return;
        }
        boolean fresh = record.offset() >= at.staleBelow;
        settings.topics()
                .clusterOfRegistry(record.topic())
                .ifPresent(cluster -> listener.onDocument(cluster, document, fresh));
    }

    private boolean caughtUp() {
        return assigned.stream().map(this::progressOf).allMatch(at -> at.next >= at.staleBelow);
    }

    /// Finds topics that appeared or went.
    private void look(KafkaConsumer<byte[], byte[]> by) {
        Set<TopicPartition> found = new HashSet<>();
        by.listTopics(ANSWER).keySet().stream()
                .filter(topic -> settings.topics().clusterOfRegistry(topic).isPresent())
                .forEach(topic -> found.add(new TopicPartition(topic, 0)));
        long now = System.nanoTime();
        boolean sure = listed && now - listedAt < SURE.toNanos();
        if (!found.equals(assigned)) {
            Set<TopicPartition> added = new HashSet<>(found);
            added.removeAll(progress.keySet());
            Map<TopicPartition, Long> ends = added.isEmpty() || sure ? Map.of() : by.endOffsets(added, ANSWER);
            added.forEach(partition -> progressOf(partition).staleBelow = ends.getOrDefault(partition, 0L));
            assigned = Set.copyOf(found);
            resume(by);
        }
        listed = true;
        listedAt = now;
        judge(found);
    }

    private void judge(Collection<TopicPartition> found) {
        String own = settings.topics().registry(settings.cluster());
        if (found.stream().noneMatch(partition -> partition.topic().equals(own))) {
            String missing = "there is no topic " + own + ", or it may not be seen. To make it: "
                    + settings.remedy(settings.cluster());
            health.toDown(missing);
            complaints.say(missing);
        } else if (health.toUp()) {
            complaints.clear();
        }
    }

    /// Reads all partitions, each from where it had got to.
    private void resume(KafkaConsumer<byte[], byte[]> by) {
        by.assign(assigned);
        assigned.forEach(partition -> by.seek(partition, progressOf(partition).next));
    }

    private Progress progressOf(TopicPartition partition) {
        return progress.computeIfAbsent(partition, _ -> new Progress());
    }

    private void wakeUp() {
        KafkaConsumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    /// Leaves: deletes this node's document for those who read the topic later, then ends. Within eight seconds,
    /// whatever the brokers do.
    @Override
    public void close() {
        writer.leave();
        closing.countDown();
        wakeUp();
        try {
            thread.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
