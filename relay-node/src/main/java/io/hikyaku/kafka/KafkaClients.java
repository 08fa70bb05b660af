package io.hikyaku.kafka;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Where clients of Kafka come from. Tests put clients without brokers here.
public interface KafkaClients {
    KafkaClients REAL = new KafkaClients() {
        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }
    };

    /// @throws org.apache.kafka.common.KafkaException if it cannot be made: no broker's name resolves, or a setting
    ///     is wrong
    Producer<byte[], byte[]> producer(Map<String, Object> settings);

    /// @throws org.apache.kafka.common.KafkaException as [#producer] does
    Consumer<byte[], byte[]> consumer(Map<String, Object> settings);
}
