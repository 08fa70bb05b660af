package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// What each side sends as the first TLS application data of a handshake (PROTOCOL.md §5.2): inside the protection of
/// TLS, so that nobody on the way can weaken a choice.
///
/// @param minVersion lowest channel version spoken; must equal the one in the clear segments
/// @param maxVersion highest channel version spoken
/// @param shardCount how many event loops the sender has; must equal the one in the clear segments
/// @param credit stream bytes that the sender takes on this channel before it grants more
/// @param statement the sender's node statement, a compact JWS, at most 16 KiB
/// @param signature Ed25519 by the instance key over what §5.2 says, 64 bytes
public record ChannelGreeting(
        int minVersion, int maxVersion, int shardCount, long credit, String statement, byte[] signature) {
    public static final int SIGNATURE_BYTES = 64;
    public static final int MAX_STATEMENT_BYTES = 16 * 1024;
    private static final int MAX_EXTENSION_BYTES = 4096;
    private static final int CRITICAL = 0x8000;

    /// Writes the greeting with its length (32 bits) in front, since TLS keeps no message boundaries.
    public void write(ByteBuf out) {
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        out.writeByte(minVersion).writeByte(maxVersion).writeShort(shardCount).writeLong(credit);
        out.writeBytes(signature);
        Bytes.write(out, statement.getBytes(StandardCharsets.US_ASCII));
        out.setInt(lengthAt, out.writerIndex() - lengthAt - Integer.BYTES);
    }

    /// Whether a whole greeting is readable.
    ///
    /// @throws Malformed if its length is above the limit
    public static boolean isComplete(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            return false;
        }
        long length = in.getUnsignedInt(in.readerIndex());
        if (length > 2 * MAX_STATEMENT_BYTES) {
            throw new Malformed(Reason.TOO_LARGE, "channel greeting of " + length + " bytes");
        }
        return in.readableBytes() - Integer.BYTES >= length;
    }

    /// Reads a complete greeting.
    ///
    /// @throws Malformed if it breaks §5.2
    public static ChannelGreeting read(ByteBuf in) {
        Bytes.require(in, Integer.BYTES, "channel greeting");
        long length = in.readUnsignedInt();
        if (length > in.readableBytes()) {
            throw new Malformed(Reason.TRUNCATED, "channel greeting");
        }
        ByteBuf body = in.readSlice((int) length);
        Bytes.require(body, 12 + SIGNATURE_BYTES, "channel greeting");
        int minVersion = body.readUnsignedByte();
        int maxVersion = body.readUnsignedByte();
        int shardCount = body.readUnsignedShort();
        long credit = body.readLong();
        if (minVersion == 0 || minVersion > maxVersion || shardCount == 0 || credit < 0) {
            throw new Malformed(Reason.INVALID_VALUE, "channel greeting");
        }
        byte[] signature = new byte[SIGNATURE_BYTES];
        body.readBytes(signature);
        String statement = Bytes.readText(body, MAX_STATEMENT_BYTES, "statement");
        while (body.isReadable()) {
            skipExtension(body);
        }
        return new ChannelGreeting(minVersion, maxVersion, shardCount, credit, statement, signature);
    }

    private static void skipExtension(ByteBuf in) {
        Bytes.require(in, 2, "extension tag");
        int tag = in.readUnsignedShort();
        int length = Varint.read(in, MAX_EXTENSION_BYTES, "extension");
        Bytes.require(in, length, "extension");
        if ((tag & CRITICAL) != 0) {
            throw new Malformed(Reason.UNKNOWN_TYPE, "critical extension " + tag);
        }
        in.skipBytes(length);
    }
}
