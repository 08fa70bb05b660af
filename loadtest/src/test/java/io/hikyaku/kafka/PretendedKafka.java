package io.hikyaku.kafka;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Clients without brokers: what becomes of a record is the test's to say.
public final class PretendedKafka implements KafkaClients {
    public final MockProducer<byte[], byte[]> records =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

    private final Supplier<Consumer<byte[], byte[]>> consumers;

    public PretendedKafka() {
        this(() -> {
            throw new UnsupportedOperationException("this test reads nothing");
        });
    }

    /// @param consumers called whenever a client to read with is made
    public PretendedKafka(Supplier<Consumer<byte[], byte[]>> consumers) {
        this.consumers = consumers;
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        return records;
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return consumers.get();
    }
}
