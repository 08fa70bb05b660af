package io.hikyaku.link.kafka;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Clients without brokers: what becomes of a record is the test's to say.
final class PretendedKafka implements KafkaClients {
    final MockProducer<byte[], byte[]> records =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        return records;
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        throw new UnsupportedOperationException("this test reads nothing");
    }
}
