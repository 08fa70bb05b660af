package io.hikyaku.node.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/// Lines on their way to a reader that may be slow, or not read at all. Writers never wait: whole lines are queued, up
/// to a number of bytes, and a separate thread writes them out. What does not fit is dropped, counted, and reported
/// once lines flow again.
final class QueuedLines extends OutputStream {
    private static final int BATCH_BYTES = 64 << 10;

    private final OutputStream out;
    private final int maxBytes;
    private final LongAdder dropped;
    private final LongConsumer onFlowing;

    // Guarded by this object's monitor, in which nothing waits but for lines and their end.
    private final Deque<byte[]> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private int queuedBytes;
    private boolean writing;

    // Of the writer's thread.
    private long told;

    /// @param name of the thread, which ends with the JVM
    /// @param maxBytes that wait; a line beyond it is dropped, and so is one that is longer
    /// @param dropped counts lines
    /// @param onFlowing is told how many lines were dropped since it was told last, and may write
    QueuedLines(String name, OutputStream out, int maxBytes, LongAdder dropped, LongConsumer onFlowing) {
        this.out = out;
        this.maxBytes = maxBytes;
        this.dropped = dropped;
        this.onFlowing = onFlowing;
        this.told = dropped.sum();
        Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    @Override
    public synchronized void write(int b) {
        if (unfinished.size() <= maxBytes) { // one more shows that it is too long
            unfinished.write(b);
        }
        if (b == '\n') {
            finishLine();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        int from = offset;
        for (int at = offset; at < offset + length; at++) {
            if (bytes[at] == '\n') {
                unfinished.write(bytes, from, at + 1 - from);
                finishLine();
                from = at + 1;
            }
        }
        int rest = Math.min(offset + length - from, maxBytes + 1 - unfinished.size());
        if (rest > 0) {
            unfinished.write(bytes, from, rest);
        }
    }

    private void finishLine() {
        byte[] line = unfinished.toByteArray();
        unfinished.reset();
        if (queuedBytes + line.length > maxBytes) {
            dropped.increment();
            return;
        }
        queuedBytes += line.length;
        lines.add(line);
        notifyAll();
    }

    /// Waits until all that was queued is written, or the time is over.
    ///
    /// @return whether it is
    synchronized boolean awaitWritten(Duration within) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (writing || !lines.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    private void run() {
        ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH_BYTES);
        try {
            while (true) {
                int count = next(batch);
                boolean written = write(batch);
                if (!written) {
                    dropped.add(count);
                }
                boolean flows = onWritten(batch.size());
                if (written && flows) {
                    tell();
                }
                batch.reset();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized int next(ByteArrayOutputStream batch) throws InterruptedException {
        while (lines.isEmpty()) {
            wait();
        }
        int count = 0;
        for (byte[] line = lines.poll(); line != null; line = batch.size() < BATCH_BYTES ? lines.poll() : null) {
            batch.writeBytes(line);
            count++;
        }
        writing = true;
        return count;
    }

    private boolean write(ByteArrayOutputStream batch) {
        try {
            batch.writeTo(out);
            out.flush();
            return true;
        } catch (IOException gone) {
            return false; // the reader has gone, or the disk is full; there is nowhere to say so
        }
    }

    /// @return whether there is room for a line about lines that were dropped
    private synchronized boolean onWritten(int bytes) {
        writing = false;
        queuedBytes -= bytes;
        notifyAll();
        return queuedBytes <= maxBytes / 2;
    }

    private void tell() {
        long now = dropped.sum();
        if (now > told) {
            long untold = now - told;
            told = now;
            onFlowing.accept(untold);
        }
    }
}
