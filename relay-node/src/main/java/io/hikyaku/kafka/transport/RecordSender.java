package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.Health;
import io.hikyaku.kafka.KafkaClients;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The process's one producer of live packets. Kafka's client can be made only where broker names resolve, so it is
/// made when that first works. [#send] may be called from any thread and never blocks.
final class RecordSender {
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Map<String, Object> settings;
    private final KafkaClients clients;
    private final long buffer;
    /// Of the client as such; each topic's state is reported by its sink.
    final Health health = new Health("not connected yet");
    final AtomicLong queuedBytes = new AtomicLong();
    final LongAdder lost = new LongAdder();
    final LongAdder refused = new LongAdder();
    private final RoundTrip roundTrip = new RoundTrip();
    private volatile @Nullable Producer<byte[], byte[]> producer;
    private boolean closed;

    /// What becomes of a record that is offered.
    enum Taken {
        YES,
        /// Not now: the client's buffer is full.
        NO_ROOM,
        /// Not now: the client does not know the partition, or is not there yet.
        UNKNOWN
    }

    RecordSender(Map<String, String> operator, KafkaClients clients) {
        this.clients = clients;
        this.settings = KafkaSettings.liveProducer(operator);
        this.buffer = Long.parseLong(String.valueOf(settings.get(ProducerConfig.BUFFER_MEMORY_CONFIG)));
    }

    /// Makes the client if it is not there yet.
    ///
    /// @throws KafkaException if it cannot be made: no broker's name resolves, or a setting is wrong
    synchronized void open() {
        if (producer == null && !closed) {
            producer = clients.producer(settings);
            health.toUp();
        }
    }

    /// Whether the client knows the partition, so that [#send] will take records for it. If not, this makes it
    /// ask.
    ///
    /// @throws KafkaException if the brokers refuse to tell
    boolean knows(String topic, int partition) {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            return false;
        }
        try {
            return current.partitionsFor(topic).size() > partition;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    /// Whether a sink may have one more packet in the client's buffer. A single one may fill half of it, and the
    /// more others have there, the less: so a topic whose broker is gone leaves room for the rest.
    ///
    /// @param own what the sink has there already
    boolean leavesRoomFor(long own, int bytes) {
        return own + bytes <= buffer - queuedBytes.get();
    }

    /// Offers a record to the client.
    ///
    /// @param done hears of the outcome if the record was taken, on the client's thread, or on this one if it could
    ///     not even be tried
    Taken send(String topic, int partition, byte[] packet, Callback done) {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            return Taken.UNKNOWN;
        }
        queuedBytes.addAndGet(packet.length);
        Offer offer = new Offer(packet.length, done);
        try {
            current.send(new ProducerRecord<>(topic, partition, null, packet), offer);
        } catch (IllegalStateException | IllegalArgumentException | KafkaException closedOrImpossible) {
            offer.onCompletion(null, closedOrImpossible);
        }
        return offer.taken;
    }

    /// One record in flight. With `max.block.ms=0` the client says immediately what it cannot take.
    private final class Offer implements Callback {
        private final int bytes;
        private final Callback done;
        private final long sentAt = System.nanoTime();
        /// Written only by the sending thread.
        private Taken taken = Taken.YES;

        Offer(int bytes, Callback done) {
            this.bytes = bytes;
            this.done = done;
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
            queuedBytes.addAndGet(-bytes);
            if (failure instanceof BufferExhaustedException) {
                taken = Taken.NO_ROOM;
            } else if (failure instanceof TimeoutException && KafkaFailure.isWithoutMetadata(failure)) {
                taken = Taken.UNKNOWN;
            } else {
                count(failure);
                done.onCompletion(metadata, failure);
            }
        }

        private void count(@Nullable Exception failure) {
            if (failure == null) {
                roundTrip.onSample(System.nanoTime() - sentAt);
            } else if (KafkaFailure.reasonOf(failure).isRefusal()) {
                refused.increment();
            } else {
                lost.increment();
            }
        }
    }

    long roundTripMicros() {
        return roundTrip.micros();
    }

    /// Waits two seconds at most for what is in flight.
    void close() {
        Producer<byte[], byte[]> current;
        synchronized (this) {
            closed = true;
            current = producer;
        }
        if (current != null) {
            current.close(CLOSE);
        }
    }
}
