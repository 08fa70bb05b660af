package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.channel.HandshakeFrame.Reject;
import io.hikyaku.wire.channel.HandshakeFrame.RejectCode;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import io.netty.buffer.ByteBuf;

/// Bytes of [HandshakeFrame]s (PROTOCOL.md §5.1). A frame fills its packet's body to the last byte.
public final class HandshakeFrames {
    private static final int SEGMENT = 1;
    private static final int REJECT = 2;

    private HandshakeFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, HandshakeFrame frame) {
        switch (frame) {
            case Segment segment -> {
                out.writeByte(SEGMENT).writeByte(segment.minVersion()).writeByte(segment.maxVersion());
                out.writeShort(segment.shardCount());
                out.writeInt(segment.offset()).writeInt(segment.acknowledged());
                out.writeBytes(segment.bytes());
            }
            case Reject reject -> out.writeByte(REJECT).writeShort(reject.code().number());
        }
    }

    /// Reads the one frame that the readable bytes are; a segment goes to their end.
    ///
    /// @throws Malformed if they are anything else
    public static HandshakeFrame read(ByteBuf in) {
        Bytes.require(in, 1, "handshake frame"); // §5.1
        int type = in.readUnsignedByte();
        return switch (type) {
            case SEGMENT -> readSegment(in);
            case REJECT -> {
                Bytes.require(in, 2, "reject code"); // §5.2
                Reject reject = new Reject(RejectCode.of(in.readUnsignedShort()));
                Bytes.requireEnd(in, "handshake reject"); // §1.4
                yield reject;
            }
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "handshake frame type " + type); // §1.6
        };
    }

    private static Segment readSegment(ByteBuf in) {
        Bytes.require(in, 12, "handshake segment"); // §5.1
        int minVersion = in.readUnsignedByte();
        int maxVersion = in.readUnsignedByte();
        int shardCount = in.readUnsignedShort();
        boolean versions = minVersion >= 1 && minVersion <= maxVersion;
        boolean shards = shardCount >= 1 && shardCount <= HandshakeFrame.MAX_SHARDS;
        if (!versions || !shards) { // §5.1
            throw new Malformed(Reason.INVALID_VALUE, "handshake versions or shard count");
        }
        int offset = readPosition(in);
        int acknowledged = readPosition(in);
        int length = in.readableBytes();
        if (length > HandshakeFrame.MAX_SEGMENT_BYTES || offset > HandshakeFrame.MAX_STREAM_BYTES - length) { // §5.1
            throw new Malformed(Reason.TOO_LARGE, "handshake segment of " + length + " bytes at " + offset);
        }
        byte[] bytes = Bytes.readFixed(in, length, "handshake segment"); // §5.1
        return new Segment(minVersion, maxVersion, shardCount, offset, acknowledged, bytes);
    }

    private static int readPosition(ByteBuf in) {
        long position = in.readUnsignedInt();
        if (position > HandshakeFrame.MAX_STREAM_BYTES) { // §5.1
            throw new Malformed(Reason.TOO_LARGE, "handshake position " + position);
        }
        return (int) position;
    }
}
