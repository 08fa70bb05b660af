package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Extensions;
import io.hikyaku.wire.InitialCredit;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// What each side sends as the first TLS application data of a handshake (PROTOCOL.md §5.2): inside the protection of
/// TLS, so that nobody on the way can weaken a choice.
///
/// @param minVersion lowest channel version spoken; must equal the one in the clear segments
/// @param maxVersion highest channel version spoken
/// @param shardCount how many event loops the sender has; must equal the one in the clear segments
/// @param initialCredit bytes that each stream which the receiver opens may send before it is granted more, 0 to
///     [InitialCredit#MAX]
/// @param statement the sender's node statement, a compact JWS, at most 16 KiB
/// @param signature Ed25519 by the instance key over what §5.2 says, 64 bytes
public record ChannelGreeting(
        int minVersion, int maxVersion, int shardCount, int initialCredit, String statement, byte[] signature) {
    public static final int SIGNATURE_BYTES = 64;
    public static final int MAX_STATEMENT_BYTES = 16 * 1024;
    /// Largest greeting after its length, extensions included, in bytes.
    public static final int MAX_BYTES = 2 * MAX_STATEMENT_BYTES;

    private static final int FIXED_BYTES = 8;

    public ChannelGreeting {
        HandshakeFrame.requireSender(minVersion, maxVersion, shardCount);
        InitialCredit.require(initialCredit);
        if (statement.length() > MAX_STATEMENT_BYTES || signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "Statement of " + statement.length() + " bytes, signature of " + signature.length + " bytes");
        }
    }

    /// Writes the greeting with its length (32 bits) in front, since TLS keeps no message boundaries.
    public void write(ByteBuf out) {
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        out.writeByte(minVersion).writeByte(maxVersion).writeShort(shardCount).writeInt(initialCredit);
        out.writeBytes(signature);
        Bytes.writeAscii(out, statement);
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
        Bytes.require(in, Integer.BYTES, "channel greeting");
        int length = length(in);
        in.skipBytes(Integer.BYTES);
        Bytes.require(in, length, "channel greeting");
        ByteBuf body = in.readSlice(length);
        Bytes.require(body, FIXED_BYTES + SIGNATURE_BYTES, "channel greeting");
        int minVersion = body.readUnsignedByte();
        int maxVersion = body.readUnsignedByte();
        int shardCount = body.readUnsignedShort();
        int initialCredit = body.readInt();
        boolean versions = minVersion >= 1 && minVersion <= maxVersion;
        boolean shards = shardCount > 0 && shardCount <= HandshakeFrame.MAX_SHARDS;
        if (!versions || !shards || initialCredit < 0 || initialCredit > InitialCredit.MAX) {
            throw new Malformed(Reason.INVALID_VALUE, "channel greeting");
        }
        byte[] signature = Bytes.readFixed(body, SIGNATURE_BYTES, "signature");
        String statement = Bytes.readAscii(body, MAX_STATEMENT_BYTES, "statement");
        while (body.isReadable()) {
            Extensions.skip(body);
        }
        return new ChannelGreeting(minVersion, maxVersion, shardCount, initialCredit, statement, signature);
    }

    private static int length(ByteBuf in) {
        long length = in.getUnsignedInt(in.readerIndex());
        if (length > MAX_BYTES) {
            throw new Malformed(Reason.TOO_LARGE, "channel greeting of " + length + " bytes");
        }
        return (int) length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelGreeting that
                && minVersion == that.minVersion
                && maxVersion == that.maxVersion
                && shardCount == that.shardCount
                && initialCredit == that.initialCredit
                && statement.equals(that.statement)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * statement.hashCode() + Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "ChannelGreeting[versions " + minVersion + " to " + maxVersion + ", " + shardCount
                + " shards, initial credit " + initialCredit + "]";
    }
}
