package io.hikyaku.kafka.registry;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.PretendedKafka;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class KafkaRegistryTest {
    private static final String TOPIC = "hikyaku.demo.reg.osaka";
    private static final KafkaTransport.Settings SETTINGS = new KafkaTransport.Settings(
            Map.of("bootstrap.servers", "nobody:1"), new KafkaTopics("demo"), "osaka", new NodeId(1, 2), 2, 1);

    private final AtomicInteger endsAsked = new AtomicInteger();
    private final AtomicBoolean there = new AtomicBoolean(true);
    private final List<Long> sought = new CopyOnWriteArrayList<>();

    /// Hears nobody.
    private static final class Nobody implements KafkaRegistry.Listener {
        @Override
        public void onRecord(String cluster, byte[] record, boolean fresh) {}

        @Override
        public void onSnapshotComplete() {}
    }

    /// An empty topic, whose end is not told in time when it is asked for a second time.
    private final class Empty extends MockConsumer<byte[], byte[]> {
        Empty() {
            super("earliest");
            updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, null, null, null)));
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            return super.poll(timeout);
        }

        @Override
        public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
            if (endsAsked.incrementAndGet() == 2) {
                throw new TimeoutException("no broker answers");
            }
            return Map.of(new TopicPartition(TOPIC, 0), 0L);
        }
    }

    /// A topic that is there or not, with records that have been read.
    private final class Away extends MockConsumer<byte[], byte[]> {
        Away() {
            super("earliest");
            updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, null, null, null)));
        }

        @Override
        public synchronized Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
            return there.get() ? super.listTopics(timeout) : Map.of();
        }

        @Override
        public synchronized void seek(TopicPartition partition, long offset) {
            sought.add(offset);
            super.seek(partition, offset);
        }

        @Override
        public synchronized long position(TopicPartition partition, Duration timeout) {
            return 2;
        }

        @Override
        public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
            return Map.of(new TopicPartition(TOPIC, 0), 3L);
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            return super.poll(timeout);
        }
    }

    @Test
    void readsATopicThatWasAwayFromItsBeginningAndWritesItsOwnRecordsAgain() throws Exception {
        // Given
        PretendedKafka kafka = new PretendedKafka(Away::new);
        try (KafkaRegistry registry = new KafkaRegistry(SETTINGS, kafka, new Nobody())) {
            SequencedMap<String, byte[]> head = new LinkedHashMap<>();
            head.put("", new byte[] {1});
            registry.publish(head);
            Await.until("it is written", () -> kafka.records.history().size() == 1);

            // When it may have been made anew, with more records than were read
            there.set(false);
            Await.until("it is missed", () -> !registry.hears("osaka"));
            sought.clear();
            there.set(true);

            // Then
            Await.until("it is read again", () -> sought.contains(0L));
            Await.until("it is written again", () -> kafka.records.history().size() == 2);
        }
    }

    @Test
    void readsAgainLaterWhatItCouldNotReadAgainWhenAsked() throws Exception {
        // Given
        try (KafkaRegistry registry = new KafkaRegistry(SETTINGS, new PretendedKafka(Empty::new), new Nobody())) {
            Await.until("it reads", () -> registry.hears("osaka"));

            // When
            registry.reread();

            // Then
            Await.until("it has tried again", Duration.ofSeconds(20), () -> endsAsked.get() == 3);
        }
    }
}
