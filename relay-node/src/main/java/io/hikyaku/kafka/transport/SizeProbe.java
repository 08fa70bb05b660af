package io.hikyaku.kafka.transport;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Finds out how large a packet a topic takes, for which there is no right to ask: by packets for nobody, which every
/// reader passes over, the largest first and smaller ones as long as they are refused. So packets are cut to fit the
/// topic before they are sealed, and none is lost in finding out. A limit is looked at again after a minute, and so is
/// a link that does not work, on which nobody may send anything else. Any thread.
final class SizeProbe {
    /// Bytes of packets, header and body: the largest that a channel makes, down to the smallest that it can do
    /// with.
    static final int[] SIZES = {17_408, 12_288, 8_192, 5_120};

    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private enum State {
        DUE,
        UNDER_WAY,
        OVER
    }

    private final NodeId self;
    private final LongSupplier nanos;
    private volatile int limit = SIZES[SIZES.length - 1];
    private volatile boolean limited;
    private int step;
    private State state = State.DUE;
    private boolean answered;
    private long endedAt;
    private long notBefore;

    SizeProbe(NodeId self, LongSupplier nanos) {
        this.self = self;
        this.nanos = nanos;
        this.notBefore = nanos.getAsLong();
    }

    /// What packets are to be cut to, in bytes: what was taken last, and the least before that.
    int limit() {
        return limit;
    }

    /// What there is to say about a topic that takes less than the largest packet.
    Optional<String> troubleOf(String topic) {
        return limited
                ? Optional.of(topic + " takes no packets larger than " + limit
                        + " bytes, which is slow: its max.message.bytes is too small")
                : Optional.empty();
    }

    /// @param wanted whether a packet waits
    /// @param down whether the link does not work. Without either, only an old limit is checked again.
    synchronized boolean isDue(boolean wanted, boolean down) {
        long now = nanos.getAsLong();
        if (state == State.OVER && (limited || down) && now - endedAt >= AGAIN_NANOS) {
            step = 0;
            state = State.DUE;
        }
        return state == State.DUE && (wanted || down || limited) && now - notBefore >= 0;
    }

    /// Whether packets may pass: the limit is known. It stays in use while it is being checked again.
    synchronized boolean isKnown() {
        return answered;
    }

    /// The next probe, which is in flight from now on.
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

    /// It was lost, which says nothing about sizes.
    synchronized void onNoAnswer() {
        state = State.DUE;
        notBefore = nanos.getAsLong() + PAUSE_NANOS;
    }

    /// @param taken false if it was too large. What is refused for another reason counts as taken: the next probe
    ///     would hear the same, and packets that waited for it would never be told.
    synchronized void onAnswer(boolean taken) {
        if (!taken && step < SIZES.length - 1) {
            step++;
            state = State.DUE;
        } else {
            state = State.OVER;
            answered = true;
            toLimit();
            endedAt = nanos.getAsLong();
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
