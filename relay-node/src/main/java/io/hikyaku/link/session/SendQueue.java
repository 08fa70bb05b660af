package io.hikyaku.link.session;

import io.hikyaku.link.LinkSettings;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.internal.PlatformDependent;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Packets that wait for one socket. Any thread adds; the socket's event loop hands them on once per turn, so that all
/// packets of a turn share a TLS record and a system call, and never hands on more than the socket's marks allow, so
/// that what waits is counted here and not hidden in the kernel's or the TLS engine's buffers.
final class SendQueue {
    /// Behind this many waiting bytes a packet is copied if it is a small piece of a large read: otherwise a queue
    /// of tiny packets would hold many times the memory that it counts. Larger packets are not worth copying: reads
    /// are of 64 KiB.
    private static final int COPY_ABOVE = 64 << 10;

    private static final int COPY_BELOW = 8 << 10;
    private static final int WASTEFUL = 2;

    private final Channel channel;
    private final LinkSettings settings;
    private final Listener listener;
    private final Queue<ByteBuf> packets = PlatformDependent.newMpscQueue();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean turnScheduled = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private volatile boolean aboveHighMark;
    private volatile boolean closed;

    /// Called on the socket's event loop.
    public interface Listener {
        /// This much went to the socket in one turn.
        void onHandedOver(int packets, long bytes);

        /// What waits fell below the low mark after having been above the high one.
        void onDrained();

        /// More waits than is allowed at all.
        void onOverflow();
    }

    SendQueue(Channel channel, LinkSettings settings, Listener listener) {
        this.channel = channel;
        this.settings = settings;
        this.listener = listener;
    }

    /// Any thread; takes ownership.
    void add(ByteBuf packet) {
        if (closed) {
            packet.release();
            return;
        }
        long waiting = waitingBytes.addAndGet(packet.readableBytes());
        packets.add(waiting > COPY_ABOVE ? withoutWaste(packet) : packet);
        if (waiting > settings.lowMark() && queuedBytes() > settings.highMark()) {
            aboveHighMark = true;
        }
        scheduleTurn();
    }

    /// What waits here, in the TLS engine and in the socket's own queue; any thread.
    long queuedBytes() {
        ChannelOutboundBuffer handedOver = channel.unsafe().outboundBuffer();
        return waitingBytes.get() + (handedOver == null ? 0 : handedOver.totalPendingWriteBytes());
    }

    boolean isEmpty() {
        return waitingBytes.get() == 0;
    }

    /// The socket takes bytes again.
    void onWritable() {
        scheduleTurn();
    }

    /// Releases what waits; the event loop only. What is added later is released at once.
    void close() {
        closed = true;
        discard();
    }

    private void scheduleTurn() {
        if (turnScheduled.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(turn);
            } catch (RejectedExecutionException e) {
                closed = true; // the process ends and nobody will read the queue again
            }
        }
    }

    private void turn() {
        turnScheduled.set(false);
        if (closed) {
            discard();
            return;
        }
        if (waitingBytes.get() > settings.maxQueued()) {
            listener.onOverflow();
            return;
        }
        handOver();
        if (aboveHighMark && queuedBytes() <= settings.lowMark()) {
            aboveHighMark = false;
            listener.onDrained();
        }
    }

    private void handOver() {
        int count = 0;
        long bytes = 0;
        while (channel.isWritable()) {
            ByteBuf packet = packets.poll();
            if (packet == null) {
                break;
            }
            count++;
            bytes += packet.readableBytes();
            channel.write(packet, channel.voidPromise());
        }
        if (count == 0) {
            return;
        }
        waitingBytes.addAndGet(-bytes);
        channel.flush();
        listener.onHandedOver(count, bytes);
        if (!closed && channel.isWritable() && !packets.isEmpty()) {
            scheduleTurn();
        }
    }

    private void discard() {
        for (ByteBuf packet = packets.poll(); packet != null; packet = packets.poll()) {
            waitingBytes.addAndGet(-packet.readableBytes());
            packet.release();
        }
    }

    private static ByteBuf withoutWaste(ByteBuf packet) {
        if (packet.readableBytes() >= COPY_BELOW) {
            return packet;
        }
        ByteBuf whole = packet;
        for (ByteBuf below = packet.unwrap(); below != null; below = below.unwrap()) {
            whole = below;
        }
        if (whole.capacity() <= WASTEFUL * packet.readableBytes()) {
            return packet;
        }
        try {
            return packet.alloc().buffer(packet.readableBytes()).writeBytes(packet);
        } finally {
            packet.release();
        }
    }
}
