package io.hikyaku.link.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// The process's one producer of live packets. Kafka's client makes it only where broker names resolve, so it
/// comes to be when that first works. [#send] may be called from any thread and never blocks.
final class RecordSender {
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Map<String, Object> settings;
    final Health health = new Health("not connected yet");
    final AtomicLong queuedBytes = new AtomicLong();
    final LongAdder lost = new LongAdder();
    private final RoundTrip roundTrip = new RoundTrip();
    private volatile @Nullable KafkaProducer<byte[], byte[]> producer;
    private boolean closed;

    RecordSender(Map<String, String> operator) {
        this.settings = KafkaSettings.liveProducer(operator);
    }

    /// Makes the client if it is not there yet.
    ///
    /// @throws KafkaException if it cannot be made: no broker's name resolves, or a setting is wrong
    synchronized void open() {
        if (producer == null && !closed) {
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
    }

    /// Whether the client knows the partition, so that [#send] will take records for it. If not, this makes it
    /// ask.
    ///
    /// @throws KafkaException if the brokers refuse to tell
    boolean knows(String topic, int partition) {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current == null) {
            return false;
        }
        try {
            return current.partitionsFor(topic).size() > partition;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    /// @param done hears of the outcome, on the client's thread, or on this one if the record was not even taken
    void send(String topic, int partition, byte[] packet, Callback done) {
        KafkaProducer<byte[], byte[]> current = producer;
        long sentAt = System.nanoTime();
        queuedBytes.addAndGet(packet.length);
        Callback counted = (metadata, failure) -> {
            queuedBytes.addAndGet(-packet.length);
            if (failure == null) {
                roundTrip.onSample(System.nanoTime() - sentAt);
                health.toUp();
            } else {
                lost.increment();
                health.toDown(KafkaFailure.of("sending to " + topic, failure).sentence());
            }
            done.onCompletion(metadata, failure);
        };
        if (current == null) {
            counted.onCompletion(null, new TimeoutException("not connected"));
            return;
        }
        try {
            current.send(new ProducerRecord<>(topic, partition, null, packet), counted);
        } catch (IllegalStateException | KafkaException closedOrRefused) {
            counted.onCompletion(null, closedOrRefused);
        }
    }

    long roundTripMicros() {
        return roundTrip.micros();
    }

    /// Waits two seconds at most for what is under way.
    void close() {
        KafkaProducer<byte[], byte[]> current;
        synchronized (this) {
            closed = true;
            current = producer;
        }
        if (current != null) {
            current.close(CLOSE);
        }
    }
}
