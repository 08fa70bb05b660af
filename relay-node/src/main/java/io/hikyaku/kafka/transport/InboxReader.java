package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.Health;
import io.hikyaku.kafka.KafkaClients;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.KafkaSettings;
import io.hikyaku.kafka.PollLoop;
import io.hikyaku.kafka.ThrottledWarnings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that reads this node's partition of its cluster's inbox. It keeps trying for ever: a failure is logged
/// once, counts as down, and after a pause reading starts again where it had stopped.
final class InboxReader implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(InboxReader.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration POLL_WHILE_FULL = Duration.ofMillis(2);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /// A healthy broker answers a fetch twice a second, if only with nothing.
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private final String topic;
    private final String remedy;
    private final IntUnaryOperator choose;
    private final java.util.function.Consumer<Inbox> opened;
    private final Runnable onHealth;
    private final InboxDispatcher dispatcher;
    private final ThrottledWarnings warnings = new ThrottledWarnings(LOG);
    private final PollLoop reading;
    final Health health = new Health("not connected yet");

    private volatile @Nullable Inbox inbox;
    private @Nullable Inbox chosen;
    private long position = -1;

    /// @param remedy the command that makes the topic
    /// @param choose from the number of partitions the one to read
    /// @param opened hears of the partition once its start is fixed and a fetch was answered, for the right to
    ///     read is not asked for before; and again if it had to be chosen anew
    /// @param onHealth hears that brokers have begun or ceased to answer
    InboxReader(
            Map<String, String> operator,
            KafkaClients clients,
            String topic,
            String remedy,
            IntUnaryOperator choose,
            java.util.function.Consumer<Inbox> opened,
            Runnable onHealth,
            InboxDispatcher dispatcher) {
        this.reading = new PollLoop(clients, KafkaSettings.consumer(operator, "latest"), LOG);
        this.topic = topic;
        this.remedy = remedy;
        this.choose = choose;
        this.opened = opened;
        this.onHealth = onHealth;
        this.dispatcher = dispatcher;
    }

    Optional<Inbox> inbox() {
        return Optional.ofNullable(inbox);
    }

    @Override
    public void run() {
        reading.run(this::read, this::onFailure);
    }

    private void onFailure(RuntimeException failure) {
        KafkaFailure said = KafkaFailure.of("reading " + topic, failure);
        String hint = said.reason() == KafkaFailure.Reason.NO_TOPIC ? ". To make it: " + remedy : "";
        toDown(said.sentence() + hint);
        warnings.say(said.kind(), said.sentence() + hint);
    }

    private void read(Consumer<byte[], byte[]> from) {
        TopicPartition partition = assign(from);
        Metric fetches = metric(from, "fetch-total");
        double answered = -1;
        long answeredAt = System.nanoTime();
        long lookAt = answeredAt;
        while (!reading.isClosing()) {
            boolean full = hold(from, partition);
            ConsumerRecords<byte[], byte[]> records = from.poll(full ? POLL_WHILE_FULL : POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                dispatcher.add(record.value());
                position = record.offset() + 1;
            }
            dispatcher.flush();
            if (inbox == null && answered(fetches) > 0) {
                announce();
            }
            long now = System.nanoTime();
            double total = answered(fetches);
            if (total != answered || full) {
                answered = total;
                answeredAt = now;
            }
            judge(now - answeredAt);
            if (now - lookAt >= 0) {
                lookAt = now + LOOK.toNanos();
                requirePartition(from, partition);
            }
        }
    }

    /// Stops or resumes fetching, as the event loops can take it.
    ///
    /// @return whether fetching is stopped
    private boolean hold(Consumer<byte[], byte[]> from, TopicPartition partition) {
        boolean held = !from.paused().isEmpty();
        if (!held && dispatcher.isFull()) {
            from.pause(Set.of(partition));
            return true;
        }
        if (held && dispatcher.isDrained()) {
            from.resume(Set.of(partition));
            return false;
        }
        return held;
    }

    private void judge(long silentNanos) {
        if (silentNanos > SILENCE.toNanos()) {
            String failure = "reading " + topic + ": no broker answers";
            toDown(failure);
            warnings.say(failure);
        } else if (inbox != null && health.toUp()) {
            warnings.clear();
            LOG.info("PollLoop {}", inbox);
            onHealth.run();
        }
    }

    private void toDown(String failure) {
        boolean news = health.up();
        health.toDown(failure);
        if (news) {
            onHealth.run();
        }
    }

    /// Answered from the client's metadata, which it renews on its own, unless the topic is gone.
    private void requirePartition(Consumer<byte[], byte[]> from, TopicPartition partition) {
        try {
            if (health.up() && from.partitionsFor(topic, POLL).size() <= partition.partition()) {
                throw new UnknownTopicOrPartitionException(topic);
            }
        } catch (TimeoutException nobodyAnswers) {
            LOG.debug("No broker tells of {}, which is noticed by its silence", topic, nobodyAnswers);
        }
    }

    private TopicPartition assign(Consumer<byte[], byte[]> to) {
        int partitions = to.partitionsFor(topic, ANSWER).size();
        if (partitions == 0) {
            throw new UnknownTopicOrPartitionException(topic);
        }
        Inbox before = chosen;
        if (before != null && before.partition() < partitions) {
            TopicPartition partition = new TopicPartition(topic, before.partition());
            to.assign(List.of(partition));
            to.seek(partition, position);
            return partition;
        }
        inbox = null;
        TopicPartition partition = new TopicPartition(topic, choose.applyAsInt(partitions));
        to.assign(List.of(partition));
        to.seekToEnd(List.of(partition));
        position = to.position(partition, ANSWER);
        chosen = new Inbox(topic, partition.partition());
        return partition;
    }

    private void announce() {
        Inbox announced = chosen;
        if (announced != null) {
            inbox = announced;
            opened.accept(announced);
        }
    }

    private static double answered(Metric fetches) {
        return (double) fetches.metricValue();
    }

    private static Metric metric(Consumer<?, ?> of, String name) {
        return of.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(name)
                        && metric.metricName().tags().size() == 1)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Kafka's client has no metric " + name));
    }

    /// Makes [#run] return soon.
    void close() {
        reading.close();
    }
}
