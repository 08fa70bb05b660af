package io.hikyaku.kafka.registry;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.PretendedKafka;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
