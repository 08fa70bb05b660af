package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Extensions;
import io.hikyaku.wire.InitialCredits;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.netty.buffer.ByteBuf;

/// Bytes of [ChannelGreeting]s (PROTOCOL.md §5.2). Extensions follow what is known; none is defined yet.
public final class ChannelGreetings {
    /// Versions, shards and initial credit.
    private static final int FIXED_BYTES = 8;

    private ChannelGreetings() {}

    /// Writes the greeting with its length (32 bits) in front, since TLS keeps no message boundaries.
    public static void write(ByteBuf out, ChannelGreeting greeting) {
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        out.writeByte(greeting.minVersion()).writeByte(greeting.maxVersion());
        out.writeShort(greeting.shardCount()).writeInt(greeting.initialCredit());
        out.writeBytes(greeting.signature());
        Bytes.writeAscii(out, greeting.statement());
        out.setInt(lengthAt, out.writerIndex() - lengthAt - Integer.BYTES);
    }

    /// Whether a whole greeting is readable.
    ///
    /// @throws Malformed if its length is above the limit
    public static boolean isComplete(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            return false;
        }
        return in.readableBytes() - Integer.BYTES >= length(in);
    }

    /// Reads a complete greeting.
    ///
    /// @throws Malformed if it breaks §5.2
    public static ChannelGreeting read(ByteBuf in) {
        Bytes.require(in, Integer.BYTES, "channel greeting"); // §5.2
        int length = length(in);
        in.skipBytes(Integer.BYTES);
        Bytes.require(in, length, "channel greeting"); // §5.2
        ByteBuf body = in.readSlice(length);
        Bytes.require(body, FIXED_BYTES + ChannelGreeting.SIGNATURE_BYTES, "channel greeting"); // §5.2
        int minVersion = body.readUnsignedByte();
        int maxVersion = body.readUnsignedByte();
        int shardCount = body.readUnsignedShort();
        int initialCredit = body.readInt();
        boolean versions = minVersion >= 1 && minVersion <= maxVersion;
        boolean shards = shardCount > 0 && shardCount <= HandshakeFrame.MAX_SHARDS;
        if (!versions || !shards || initialCredit < 0 || initialCredit > InitialCredits.MAX) { // §5.2
            throw new Malformed(Reason.INVALID_VALUE, "channel greeting");
        }
        byte[] signature = Bytes.readFixed(body, ChannelGreeting.SIGNATURE_BYTES, "signature"); // §5.2
        String statement = Bytes.readAscii(body, ChannelGreeting.MAX_STATEMENT_BYTES, "statement"); // §5.2
        while (body.isReadable()) {
            Extensions.skip(body);
        }
        return new ChannelGreeting(minVersion, maxVersion, shardCount, initialCredit, statement, signature);
    }

    private static int length(ByteBuf in) {
        long length = in.getUnsignedInt(in.readerIndex());
        if (length > ChannelGreeting.MAX_BYTES) { // §5.2
            throw new Malformed(Reason.TOO_LARGE, "channel greeting of " + length + " bytes");
        }
        return (int) length;
    }
}
