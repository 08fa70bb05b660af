package io.hikyaku.link.session;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into packets (PROTOCOL.md §3.1). A packet that lies whole within one read is a slice of it;
/// one that does not is collected in a buffer of its own, of which no more than 64 KiB are allocated before its bytes
/// arrive. Used by one thread.
public final class PacketFramer {
    private static final int MAX_HELD_AHEAD = Packet.HEADER_BYTES + Packet.MAX_BODY;

    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf partial;

    /// Where packets go, each owned by the receiver.
    public interface Sink {
        /// @return whether more packets are wanted; if not, what is left of the read is dropped
        boolean onPacket(ByteBuf packet);
    }

    public PacketFramer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// Takes ownership of the bytes.
    ///
    /// @throws Malformed if a header is not allowed; nothing more can be read then
    public void feed(ByteBuf bytes, Sink sink) {
        try {
            if (partial == null || completePartial(partial, bytes, sink)) {
                cutWhole(bytes, sink);
            }
        } finally {
            bytes.release();
        }
    }

    /// Whether the bytes so far end within a packet.
    boolean isWithinPacket() {
        return partial != null;
    }

    public void release() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private void cutWhole(ByteBuf bytes, Sink sink) {
        while (bytes.isReadable()) {
            int available = bytes.readableBytes();
            if (available < Packet.HEADER_BYTES) {
                partial = allocator.buffer(Packet.HEADER_BYTES).writeBytes(bytes);
                return;
            }
            int length = Packet.HEADER_BYTES + Packet.checkedBodyLength(bytes);
            if (available < length) {
                partial = allocator
                        .buffer(Math.max(available, Math.min(length, MAX_HELD_AHEAD)))
                        .writeBytes(bytes);
                return;
            }
            if (!sink.onPacket(bytes.readRetainedSlice(length))) {
                return;
            }
        }
    }

    /// @return whether the partial packet was completed and more are wanted
    private boolean completePartial(ByteBuf packet, ByteBuf bytes, Sink sink) {
        take(packet, bytes, Packet.HEADER_BYTES);
        if (packet.readableBytes() < Packet.HEADER_BYTES) {
            return false;
        }
        int length = Packet.HEADER_BYTES + Packet.checkedBodyLength(packet);
        packet.ensureWritable(Math.max(0, Math.min(length, MAX_HELD_AHEAD) - packet.writerIndex()));
        take(packet, bytes, length);
        if (packet.readableBytes() < length) {
            return false;
        }
        partial = null;
        return sink.onPacket(packet);
    }

    private static void take(ByteBuf packet, ByteBuf bytes, int upTo) {
        int missing = Math.max(0, upTo - packet.readableBytes());
        packet.writeBytes(bytes, Math.min(missing, bytes.readableBytes()));
    }
}
