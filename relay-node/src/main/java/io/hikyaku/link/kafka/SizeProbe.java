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
    private volatile int limit = SIZES[0];
    private int step;
    private State state = State.DUE;
    private long endedAt;

    SizeProbe(NodeId self) {
        this.self = self;
    }

    /// What packets are to be cut to, in bytes.
    int limit() {
        return limit;
    }

    boolean isLimited() {
        return limit < SIZES[0];
    }

    synchronized boolean isDue() {
        if (state == State.OVER && isLimited() && System.nanoTime() - endedAt >= AGAIN_NANOS) {
            toStep(0);
            state = State.DUE;
        }
        return state == State.DUE;
    }

    synchronized boolean isOver() {
        return state == State.OVER;
    }

    /// The next probe, which is under way from now on.
    synchronized byte[] next() {
        state = State.UNDER_WAY;
        int body = limit - Packet.HEADER_BYTES;
        ByteBuf packet = Unpooled.buffer(limit);
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
            toStep(step + 1);
            state = State.DUE;
        } else {
            state = State.OVER;
            endedAt = System.nanoTime();
        }
    }

    /// A packet was refused as too large: the topic takes less than it did.
    synchronized void onRefused(int bytes) {
        while (step < SIZES.length - 1 && limit >= bytes) {
            toStep(step + 1);
        }
        if (state == State.OVER) {
            state = State.DUE;
        }
    }

    private void toStep(int next) {
        step = next;
        limit = SIZES[next];
    }
}
