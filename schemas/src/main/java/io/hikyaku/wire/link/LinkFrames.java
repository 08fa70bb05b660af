package io.hikyaku.wire.link;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Bytes of [LinkFrame]s (PROTOCOL.md §3). A frame fills its packet's body to the last byte.
public final class LinkFrames {
    /// Extension tags of a Hello with this bit must be understood (§3.2); others are skipped.
    static final int CRITICAL = 0x8000;

    private static final int HELLO = 1;
    private static final int PROOF = 2;
    private static final int PING = 3;
    private static final int PONG = 4;
    private static final int GOODBYE = 5;
    private static final int FORWARDS = 1;
    private static final int MAX_EXTENSION_BYTES = 4096;

    private LinkFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, LinkFrame frame) {
        switch (frame) {
            case Hello hello -> writeHello(out, hello);
            case Proof proof -> out.writeByte(PROOF).writeBytes(proof.signature());
            case LinkPing ping -> out.writeByte(PING).writeLong(ping.token());
            case LinkPong pong -> out.writeByte(PONG).writeLong(pong.token());
            case Goodbye goodbye -> {
                out.writeByte(GOODBYE).writeShort(goodbye.code().number());
                Bytes.writeText(out, Bytes.cut(goodbye.detail(), Goodbye.MAX_DETAIL_BYTES));
            }
        }
    }

    /// Reads the one frame that the readable bytes are.
    ///
    /// @throws Malformed if they are anything else
    public static LinkFrame read(ByteBuf in) {
        Bytes.require(in, 1, "link frame type");
        int type = in.readUnsignedByte();
        LinkFrame frame =
                switch (type) {
                    case HELLO -> readHello(in);
                    case PROOF -> new Proof(fixed(in, Proof.SIGNATURE_BYTES, "proof signature"));
                    case PING -> new LinkPing(token(in));
                    case PONG -> new LinkPong(token(in));
                    case GOODBYE -> readGoodbye(in);
                    default -> throw new Malformed(Reason.UNKNOWN_TYPE, "link frame type " + type);
                };
        Bytes.requireEnd(in, "link frame");
        return frame;
    }

    private static void writeHello(ByteBuf out, Hello hello) {
        out.writeByte(HELLO).writeByte(hello.minVersion()).writeByte(hello.maxVersion());
        out.writeByte(hello.forwards() ? FORWARDS : 0);
        out.writeShort(hello.shard()).writeShort(hello.shardCount());
        out.writeBytes(hello.nonce());
        Bytes.write(out, hello.statement().getBytes(StandardCharsets.US_ASCII));
    }

    private static Hello readHello(ByteBuf in) {
        Bytes.require(in, 7 + Hello.NONCE_BYTES, "hello");
        int minVersion = in.readUnsignedByte();
        int maxVersion = in.readUnsignedByte();
        if (minVersion == 0 || minVersion > maxVersion) {
            throw new Malformed(Reason.INVALID_VALUE, "link versions " + minVersion + " to " + maxVersion);
        }
        int flags = in.readUnsignedByte();
        int shard = in.readUnsignedShort();
        int shardCount = in.readUnsignedShort();
        if (shardCount == 0 || shardCount > Hello.MAX_SHARDS || shard >= shardCount) {
            throw new Malformed(Reason.INVALID_VALUE, "shard " + shard + " of " + shardCount);
        }
        byte[] nonce = fixed(in, Hello.NONCE_BYTES, "nonce");
        String statement = Bytes.readText(in, Hello.MAX_STATEMENT_BYTES, "statement");
        while (in.isReadable()) {
            skipExtension(in);
        }
        return new Hello(minVersion, maxVersion, (flags & FORWARDS) != 0, shard, shardCount, statement, nonce);
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

    private static Goodbye readGoodbye(ByteBuf in) {
        Bytes.require(in, 2, "goodbye code");
        Goodbye.Code code = Goodbye.Code.of(in.readUnsignedShort());
        return new Goodbye(code, Bytes.readText(in, Goodbye.MAX_DETAIL_BYTES, "goodbye detail"));
    }

    private static long token(ByteBuf in) {
        Bytes.require(in, Long.BYTES, "token");
        return in.readLong();
    }

    private static byte[] fixed(ByteBuf in, int length, String what) {
        Bytes.require(in, length, what);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }
}
