package io.hikyaku.link.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes this node's latest document until it is acknowledged. Called on the registry's thread, but for
/// [#publish] and [#leave].
final class DocumentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentWriter.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private final KafkaTransport.Settings settings;
    private final String topic;
    private final byte[] key;
    private final Complaints complaints = new Complaints(LOG);
    private final AtomicReference<byte @Nullable []> unwritten = new AtomicReference<>();
    final Health health = new Health("not connected yet");

    private volatile boolean leaving;
    private volatile boolean written;
    private volatile long notBefore = System.nanoTime();
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    DocumentWriter(KafkaTransport.Settings settings) {
        this.settings = settings;
        this.topic = settings.topics().registry(settings.cluster());
        this.key = settings.node().toString().getBytes(StandardCharsets.US_ASCII);
        health.toUp();
    }

    void publish(byte[] document) {
        if (!leaving) {
            unwritten.set(document);
        }
    }

    void leave() {
        leaving = true;
        unwritten.set(null);
    }

    /// Hands the document to the client if there is one to write.
    void write() {
        byte[] document = unwritten.get();
        if (document == null || System.nanoTime() - notBefore < 0) {
            return;
        }
        unwritten.compareAndSet(document, null);
        notBefore = System.nanoTime();
        try {
            if (producer == null) {
                producer = new KafkaProducer<>(
                        KafkaSettings.registryProducer(settings.clientProperties()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
            }
            producer.send(new ProducerRecord<>(topic, 0, key, document), (_, failure) -> onDone(document, failure));
        } catch (KafkaException failed) {
            onDone(document, failed);
        }
    }

    private void onDone(byte[] document, @Nullable Exception failure) {
        if (failure == null) {
            written = true;
            if (health.toUp()) {
                complaints.clear();
            }
            return;
        }
        Throwable cause =
                failure.getClass() == KafkaException.class && failure.getCause() != null ? failure.getCause() : failure;
        KafkaFailure said = KafkaFailure.of("writing to " + topic, cause);
        health.toDown(said.sentence());
        complaints.say(said);
        notBefore = System.nanoTime() + PAUSE.toNanos();
        if (!leaving) {
            unwritten.compareAndSet(null, document); // unless there is a newer one
        }
    }

    /// Writes the tombstone, if there is a document, and ends.
    void close() {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current == null) {
            return;
        }
        if (leaving && written) {
            try {
                current.send(new ProducerRecord<>(topic, 0, key, null));
            } catch (KafkaException failed) {
                LOG.debug("The document stays behind", failed);
            }
        }
        current.close(CLOSE);
    }
}
