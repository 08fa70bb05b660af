package io.hikyaku.call.observe.log;

import io.hikyaku.call.observe.Observation;
import io.hikyaku.config.AccessLogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The access log: one JSON line for each call, written by a thread of its own. Event loops never wait for it: when the
/// thread falls behind by more than the queue holds, lines are dropped and counted.
public final class AccessLog implements AutoCloseable {
    static final int QUEUE_LINES = 8192;

    private static final int BATCH_LINES = 512;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long COMPLAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CLOSE_MILLIS = 2000;
    private static final long OPEN_MILLIS = 2000;
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private final BlockingQueue<AccessLine> queue = new ArrayBlockingQueue<>(QUEUE_LINES);
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LineFile file;
    private final boolean withQuery;
    /// Whether it was open in time.
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private final Thread writer = new Thread(this::run, "access-log");
    private volatile boolean closing;

    // Of the writer's thread.
    private long lookedNanos;
    private boolean open;
    private boolean complained;
    private long complainedNanos;
    private long toldDropped;

    private AccessLog(AccessLogConfig config) {
        file = new LineFile(config.path());
        withQuery = config.query();
        writer.setDaemon(true);
    }

    /// Opens the file and starts to write. A named pipe that nobody reads yet is opened later, when somebody does.
    ///
    /// @throws IOException if the file cannot be opened
    public static AccessLog start(AccessLogConfig config) throws IOException {
        AccessLog log = new AccessLog(config);
        log.writer.start();
        try {
            if (!log.opened
                    .completeOnTimeout(false, OPEN_MILLIS, TimeUnit.MILLISECONDS)
                    .get()) {
                LOG.warn("The access log is not open yet; until somebody reads it, lines are dropped and counted");
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot write the access log: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            log.writer.interrupt();
            Thread.currentThread().interrupt();
            throw new IOException("was told to stop while the access log was opened", e);
        }
        return log;
    }

    /// A call has finished; from any thread, never waits.
    public void add(Observation call) {
        if (!queue.offer(AccessLine.of(call, System.currentTimeMillis(), withQuery))) {
            dropped.increment();
        }
    }

    /// Lines that went into the file.
    public LongAdder written() {
        return written;
    }

    /// Lines that were lost, because the queue was full or the file could not be written.
    public LongAdder dropped() {
        return dropped;
    }

    /// Writes what waits, within two seconds.
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(CLOSE_MILLIS);
            if (writer.isAlive()) {
                LOG.warn("{} lines of the access log were not written", queue.size());
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<AccessLine> batch = new ArrayList<>(BATCH_LINES);
        StringBuilder text = new StringBuilder();
        try {
            if (!openFirst()) {
                return;
            }
            while (next(batch)) {
                batch.forEach(line -> line.write(text));
                append(text, batch.size());
                batch.clear();
                text.setLength(0);
            }
            file.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("The access log was not closed: {}", e.getMessage());
        }
    }

    private boolean openFirst() {
        try {
            file.open();
            open = true;
            lookedNanos = System.nanoTime();
            opened.complete(true);
            return true;
        } catch (IOException e) {
            if (opened.completeExceptionally(e)) {
                return false;
            }
            onFailed(e);
            return true;
        }
    }

    /// @return false: it is closed, and nothing is left
    private boolean next(List<AccessLine> batch) throws InterruptedException {
        while (true) {
            boolean last = closing;
            AccessLine first = queue.poll(last ? 0 : 100, TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, BATCH_LINES - 1);
                return true;
            }
            if (last) {
                return false;
            }
        }
    }

    private void append(StringBuilder text, int lines) {
        try {
            long now = System.nanoTime();
            if (!open || now - lookedNanos > LOOK_NANOS) {
                lookedNanos = now;
                file.open();
                open = true;
            }
            file.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII)));
            written.add(lines);
            tellDropped();
        } catch (IOException e) {
            dropped.add(lines);
            onFailed(e);
        }
    }

    /// It flows again.
    private void tellDropped() {
        long all = dropped.sum();
        if (all > toldDropped && queue.remainingCapacity() > QUEUE_LINES / 2) {
            LOG.warn(
                    "{} lines of the access log were dropped, since they could not be written in time",
                    all - toldDropped);
            toldDropped = all;
        }
    }

    private void onFailed(IOException failure) {
        open = false;
        long now = System.nanoTime();
        if (!complained || now - complainedNanos > COMPLAIN_NANOS) {
            complained = true;
            complainedNanos = now;
            LOG.error("The access log cannot be written; its lines are dropped and counted: {}", failure.toString());
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("Nor closed: {}", e.getMessage());
        }
    }
}
