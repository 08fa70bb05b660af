package io.hikyaku.kafka.registry;

import io.hikyaku.kafka.Health;
import io.hikyaku.kafka.KafkaClients;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaSettings;
import io.hikyaku.kafka.ThrottledWarnings;
import io.hikyaku.kafka.transport.KafkaTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps this node's records in its cluster's registry topic as they should be: writes what changed until it is
/// acknowledged, deletes what is no longer there, and writes all of it anew when the topic may have lost it. Called on
/// the registry's thread, except for [#publish], [#beat], [#rewrite] and [#leave].
final class DocumentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentWriter.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(3);
    /// Topics keep records only for hours, so what does not change is written again well before that.
    private static final Duration REWRITE = Duration.ofHours(2);

    private static final String BEAT = "/beat";

    private final KafkaTransport.Settings settings;
    private final KafkaClients clients;
    private final String topic;
    private final ThrottledWarnings warnings = new ThrottledWarnings(LOG);
    final Health health = new Health();

    private final Object lock = new Object();
    /// What the topic should hold, by what follows the node id in the key.
    private final Map<String, byte[]> wanted = new HashMap<>();
    /// Keys whose records are not as they should be, in the order in which they are written.
    private final Set<String> unwritten = new LinkedHashSet<>();
    /// Keys that the topic may hold.
    private final Set<String> written = new LinkedHashSet<>();
    /// Why the records of keys were not written last time, until they are.
    private final Map<String, KafkaFailure> failures = new LinkedHashMap<>();
    private boolean leaving;
    private boolean topicMissed;

    private volatile long notBefore = System.nanoTime();
    private long rewriteAt = System.nanoTime() + jittered(REWRITE);
    private @Nullable Producer<byte[], byte[]> producer;

    DocumentWriter(KafkaTransport.Settings settings, KafkaClients clients) {
        this.settings = settings;
        this.clients = clients;
        this.topic = settings.topics().registry(settings.cluster());
    }

    private static long jittered(Duration duration) {
        return duration.toNanos() / 2 + ThreadLocalRandom.current().nextLong(duration.toNanos() / 2);
    }

    /// @param records all of them, in the order in which they are to be written; earlier ones that are not among
    ///     them are deleted
    void publish(SequencedMap<String, byte[]> records) {
        synchronized (lock) {
            if (leaving) {
                return;
            }
            for (String key : List.copyOf(wanted.keySet())) {
                if (!records.containsKey(key) && !key.equals(BEAT)) {
                    wanted.remove(key);
                    unwritten.remove(key);
                    unwritten.add(key);
                }
            }
            records.forEach((key, value) -> {
                if (!Arrays.equals(value, wanted.put(key, value))) {
                    unwritten.remove(key);
                    unwritten.add(key);
                }
            });
        }
    }

    /// Replaces the previous beat, whether that was written or not.
    void beat(byte[] record) {
        synchronized (lock) {
            if (!leaving) {
                wanted.put(BEAT, record);
                unwritten.remove(BEAT);
                unwritten.add(BEAT);
            }
        }
    }

    /// The topic may have lost what was written.
    void rewrite() {
        synchronized (lock) {
            unwritten.addAll(
                    wanted.keySet().stream().filter(key -> !key.isEmpty()).toList());
            unwritten.remove("");
            if (wanted.containsKey("")) {
                unwritten.add("");
            }
        }
    }

    /// What was published last is still written: it says that the node leaves.
    void leave() {
        synchronized (lock) {
            leaving = true;
            unwritten.retainAll(wanted.keySet());
            unwritten.remove(BEAT);
        }
    }

    /// Hands what is to be written to the client.
    void write() {
        if (System.nanoTime() - rewriteAt > 0) {
            rewriteAt = System.nanoTime() + jittered(REWRITE);
            rewrite();
        }
        while (System.nanoTime() - notBefore >= 0) {
            String key;
            byte[] value;
            synchronized (lock) {
                if (unwritten.isEmpty()) {
                    return;
                }
                key = unwritten.iterator().next();
                unwritten.remove(key);
                value = wanted.get(key);
                written.add(key);
            }
            send(key, value);
        }
    }

    private void send(String key, byte @Nullable [] value) {
        try {
            if (producer == null) {
                producer = clients.producer(KafkaSettings.registryProducer(settings.clientProperties()));
            }
            producer.send(record(key, value), (_, failure) -> onDone(key, value, failure));
        } catch (KafkaException refused) {
            onDone(key, value, refused);
        }
    }

    private ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value) {
        byte[] whole = (settings.node() + key).getBytes(StandardCharsets.US_ASCII);
        return new ProducerRecord<>(topic, 0, whole, value);
    }

    private void onDone(String key, byte @Nullable [] value, @Nullable Exception failure) {
        if (failure == null) {
            onWritten(key, value);
            return;
        }
        KafkaFailure said = KafkaFailure.of("writing to " + topic, failure);
        warnings.say(said);
        notBefore = System.nanoTime() + PAUSE.toNanos();
        synchronized (lock) {
            failures.put(key, said);
            topicMissed |= said.reason() == KafkaFailure.Reason.NO_TOPIC;
            if (!leaving) {
                unwritten.add(key); // with what is wanted by then
            }
            judge();
        }
    }

    private void onWritten(String key, byte @Nullable [] value) {
        boolean again;
        synchronized (lock) {
            if (value == null) {
                written.remove(key);
            }
            failures.remove(key);
            again = topicMissed && !leaving;
            topicMissed = false;
            judge();
        }
        if (again) { // the topic may be a new one
            rewrite();
        }
    }

    /// One record that is written does not make up for another that is refused.
    private void judge() {
        if (!failures.isEmpty()) {
            health.toDown(failures.values().iterator().next().sentence());
        } else if (health.toUp()) {
            warnings.clear();
        }
    }

    /// Writes the last word, if this node leaves, then deletes what was written, and ends.
    void close() {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            return;
        }
        List<String> keys;
        Map<String, byte[]> last = new LinkedHashMap<>();
        synchronized (lock) {
            if (leaving) {
                unwritten.forEach(key -> last.put(key, wanted.get(key)));
                written.addAll(unwritten);
                unwritten.clear();
            }
            keys = leaving ? List.copyOf(written).reversed() : List.of(); // the head before its parts
        }
        last.forEach((key, value) -> sendLast(current, key, value));
        keys.forEach(key -> sendLast(current, key, null));
        current.close(CLOSE);
    }

    private void sendLast(Producer<byte[], byte[]> by, String key, byte @Nullable [] value) {
        try {
            by.send(record(key, value));
        } catch (KafkaException failure) {
            LOG.debug("The document stays behind", failure);
        }
    }
}
