package io.hikyaku.kafka.transport;

import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sorts records into packets for this node and all the rest, and hands the packets to the event loops of their
/// channels: one task per loop for all that one poll brought. Called on the reader's thread, but for the
/// counters.
final class InboxDispatcher {
    /// What may wait for the event loops, in bytes; beyond it nothing is fetched.
    static final long MAX_OUTSTANDING = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(InboxDispatcher.class);

    private final NodeId self;
    private final EventLoops loops;
    private final Consumer<ByteBuf> packets;
    private final List<@Nullable List<ByteBuf>> batches = new ArrayList<>();
    private final AtomicLong outstanding = new AtomicLong();
    final LongAdder received = new LongAdder();
    final LongAdder foreign = new LongAdder();
    final LongAdder malformed = new LongAdder();

    /// @param packets takes ownership of each packet, on the event loop of its channel
    InboxDispatcher(NodeId self, EventLoops loops, Consumer<ByteBuf> packets) {
        this.self = self;
        this.loops = loops;
        this.packets = packets;
        for (int shard = 0; shard < loops.count(); shard++) {
            batches.add(null);
        }
    }

    /// Takes the value of a record, which is refused if it is not exactly one packet of a channel.
    void add(byte @Nullable [] value) {
        ByteBuf packet = value == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(value);
        if (!isPacketOfChannel(packet)) {
            malformed.increment();
        } else if (Packet.destination(packet).equals(NodeId.NONE)) {
            LOG.trace("Somebody tries how large a record may be");
        } else if (!Packet.destination(packet).equals(self)) {
            foreign.increment();
        } else {
            received.increment();
            int shard = (int) Long.remainderUnsigned(Packet.channel(packet), loops.count());
            List<ByteBuf> batch = batches.get(shard);
            if (batch == null) {
                batch = new ArrayList<>();
                batches.set(shard, batch);
            }
            batch.add(packet);
        }
    }

    private static boolean isPacketOfChannel(ByteBuf packet) {
        try {
            PacketKind kind = Packet.read(packet).kind();
            boolean ofChannel = kind == PacketKind.HANDSHAKE || kind == PacketKind.DATA || kind == PacketKind.DATAGRAM;
            return ofChannel && Packet.checkedBodyLength(packet) == packet.readableBytes() - Packet.HEADER_BYTES;
        } catch (Malformed notOurs) {
            LOG.debug("A record of the inbox is no packet", notOurs);
            return false;
        }
    }

    /// Hands over what was added since the last call.
    void flush() {
        for (int shard = 0; shard < batches.size(); shard++) {
            List<ByteBuf> batch = batches.set(shard, null);
            if (batch != null) {
                dispatch(shard, batch);
            }
        }
    }

    private void dispatch(int shard, List<ByteBuf> batch) {
        long bytes = batch.stream().mapToLong(ByteBuf::readableBytes).sum();
        outstanding.addAndGet(bytes);
        loops.loop(shard).execute(() -> {
            outstanding.addAndGet(-bytes);
            batch.forEach(packets);
        });
    }

    /// Whether the event loops lag so far behind that nothing more may be fetched.
    boolean isFull() {
        return outstanding.get() > MAX_OUTSTANDING;
    }

    /// Whether fetching may go on after [#isFull()].
    boolean isDrained() {
        return outstanding.get() < MAX_OUTSTANDING / 2;
    }
}
