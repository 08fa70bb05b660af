package io.hikyaku.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// Reads for ever, whatever fails: a failure is reported, and after a pause reading starts again with a new client. On
/// the thread that calls [#run], except for [#close].
public final class PollLoop {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final Map<String, Object> settings;
    private final Logger log;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    /// What is done with the client.
    public interface Reader {
        /// Reads until it [#isClosing].
        void read(Consumer<byte[], byte[]> from);
    }

    /// @param log where our own mistakes are reported
    public PollLoop(KafkaClients clients, Map<String, Object> settings, Logger log) {
        this.clients = clients;
        this.settings = settings;
        this.log = log;
    }

    /// @param failed told of everything that goes wrong
    public void run(Reader reader, java.util.function.Consumer<RuntimeException> failed) {
        while (!isClosing()) {
            Consumer<byte[], byte[]> opening = null;
            try {
                opening = clients.consumer(settings);
                consumer = opening;
                reader.read(opening);
            } catch (WakeupException e) {
                log.debug("PollLoop was interrupted", e);
            } catch (RuntimeException e) { // whatever it is, reading goes on
                onFailure(e, failed);
            } finally {
                consumer = null;
                close(opening);
            }
        }
    }

    private void onFailure(RuntimeException failure, java.util.function.Consumer<RuntimeException> failed) {
        if (!(failure instanceof KafkaException)) {
            log.error("reading failed; it is tried again", failure);
        }
        failed.accept(failure);
        pause(PAUSE);
    }

    private void close(@Nullable Consumer<byte[], byte[]> ended) {
        if (ended == null) {
            return;
        }
        try {
            ended.close(CloseOptions.timeout(CLOSE));
        } catch (RuntimeException e) { // it is finished with in any case
            log.debug("A client did not end as it should", e);
        }
    }

    public boolean isClosing() {
        return closing.getCount() == 0;
    }

    /// Waits, but not beyond the end.
    public void pause(Duration duration) {
        try {
            closing.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
    }

    /// Makes [#run] return soon.
    public void close() {
        closing.countDown();
        Consumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }
}
