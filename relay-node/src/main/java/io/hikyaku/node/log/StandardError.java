package io.hikyaku.node.log;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Standard error of a program that runs on, where its log goes. A pipe that nobody reads, a stopped terminal or a slow
/// disk holds up no thread that writes there: neither the log's lines nor what the JVM or a library prints on its own.
/// So the stream is replaced, rather than an appender put before it.
public final class StandardError {
    private static final Logger LOG = LoggerFactory.getLogger(StandardError.class);
    private static final int QUEUE_BYTES = 1 << 20;
    private static final Duration AT_EXIT = Duration.ofSeconds(2);
    private static final LongAdder DROPPED = new LongAdder();

    private static @Nullable QueuedLines lines;

    private StandardError() {}

    /// From now on writers do not wait. At the end of the JVM what is queued is written, within two seconds.
    public static synchronized void queue() {
        if (lines == null) {
            FileOutputStream raw = new FileOutputStream(FileDescriptor.err);
            QueuedLines queued = new QueuedLines("log", raw, QUEUE_BYTES, DROPPED, StandardError::onFlowing);
            lines = queued;
            System.setErr(new PrintStream(queued, false, System.err.charset()));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitWritten(AT_EXIT), "log-end"));
        }
    }

    private static void onFlowing(long dropped) {
        LOG.warn("{} lines of this log were dropped, since nobody read them in time", dropped);
    }

    /// To be called before the JVM is halted, which runs no hooks.
    public static void finish() {
        awaitWritten(AT_EXIT);
    }

    private static void awaitWritten(Duration within) {
        QueuedLines queued = queued();
        try {
            if (queued != null) {
                queued.awaitWritten(within);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized @Nullable QueuedLines queued() {
        return lines;
    }

    public static void register(MeterRegistry meters) {
        FunctionCounter.builder("hikyaku.log.dropped", DROPPED, LongAdder::sum)
                .description("Lines of the log that were dropped because nobody read them in time")
                .register(meters);
    }
}
