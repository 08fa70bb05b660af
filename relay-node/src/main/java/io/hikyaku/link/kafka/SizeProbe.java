package io.hikyaku.link.kafka;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;

/// Finds out how large a packet a topic takes, for which there is no right to ask: by packets for nobody, which
/// every reader passes over, the largest first and smaller ones as long as they are refused. So packets are cut to
/// the topic before they are sealed, and none is lost to find out. A limit is looked at again after a minute. Any
/// thread.
final class SizeProbe {
    /// Bytes of packets, header and body: the largest that a channel makes, and down to the smallest that it can do
    /// with.
    static final int[] SIZES = {17_408, 12_288, 8_192, 5_120};

    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

    private enum State {
        DUE,
        UNDER_WAY,
        OVER
    }

    private final NodeId self;
    private volatile int limit = SIZES[SIZES.length - 1];
    private volatile boolean limited;
    private int step;
    private State state = State.DUE;
    private boolean answered;
    private long endedAt;

    SizeProbe(NodeId self) {
        this.self = self;
    }

    /// What packets are to be cut to, in bytes: what was taken last, and the least before that.
    int limit() {
        return limit;
    }

    /// Whether the topic takes less than the largest packet.
    boolean isLimited() {
        return limited;
    }

    /// @param wanted whether a packet waits; without one only a limit that is old is looked at again
    synchronized boolean isDue(boolean wanted) {
        if (state == State.OVER && limited && System.nanoTime() - endedAt >= AGAIN_NANOS) {
            step = 0;
            state = State.DUE;
        }
        return state == State.DUE && (wanted || answered);
    }

    /// Whether packets may pass: the limit is known. It stays in use while it is looked at again.
    synchronized boolean isKnown() {
        return answered;
    }

    /// The next probe, which is under way from now on.
    synchronized byte[] next() {
        state = State.UNDER_WAY;
        int size = SIZES[step];
        int body = size - Packet.HEADER_BYTES;
        ByteBuf packet = Unpooled.buffer(size);
        new Packet(PacketKind.DATA, 0, true, body, NodeId.NONE, self, 0, 0, 0).write(packet);
        packet.writerIndex(Packet.HEADER_BYTES).writeZero(body);
        return packet.array();
    }

    /// The client did not take it.
    synchronized void onNotSent() {
        state = State.DUE;
    }

    /// @param taken false if it was too large; any other failure says nothing about sizes
    synchronized void onAnswer(boolean taken) {
        if (!taken && step < SIZES.length - 1) {
            step++;
            state = State.DUE;
        } else {
            state = State.OVER;
            answered = true;
            toLimit();
            endedAt = System.nanoTime();
        }
    }

    /// A packet was refused as too large: the topic takes less than it did.
    synchronized void onRefused(int bytes) {
        while (step < SIZES.length - 1 && SIZES[step] >= bytes) {
            step++;
        }
        toLimit();
        if (state == State.OVER) {
            state = State.DUE;
            answered = false;
        }
    }

    private void toLimit() {
        limit = SIZES[step];
        limited = step > 0;
    }
}
