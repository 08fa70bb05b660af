package io.hikyaku.wire.link;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Extensions;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Ping;
import io.hikyaku.wire.link.LinkFrame.Pong;
import io.hikyaku.wire.link.LinkFrame.Proof;
import io.netty.buffer.ByteBuf;

/// Bytes of [LinkFrame]s (PROTOCOL.md §3). A frame fills its packet's body to the last byte.
public final class LinkFrames {
    private static final int HELLO = 1;
    private static final int PROOF = 2;
    private static final int PING = 3;
    private static final int PONG = 4;
    private static final int GOODBYE = 5;
    private static final int FORWARDS = 1;

    private LinkFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, LinkFrame frame) {
        switch (frame) {
            case Hello hello -> writeHello(out, hello);
            case Proof proof -> out.writeByte(PROOF).writeBytes(proof.signature());
            case Ping ping -> out.writeByte(PING).writeLong(ping.token());
            case Pong pong -> out.writeByte(PONG).writeLong(pong.token());
            case Goodbye goodbye -> {
                out.writeByte(GOODBYE).writeShort(goodbye.code().number());
                Bytes.writeDetail(out, goodbye.detail(), Goodbye.MAX_DETAIL_BYTES);
            }
        }
    }

    /// Reads the one frame that the readable bytes are.
    ///
    /// @throws Malformed if they are anything else
    public static LinkFrame read(ByteBuf in) {
        Bytes.require(in, 1, "link frame type"); // §3.1
        int type = in.readUnsignedByte();
        LinkFrame frame = switch (type) {
            case HELLO -> readHello(in);
            case PROOF -> new Proof(Bytes.readFixed(in, Proof.SIGNATURE_BYTES, "proof signature")); // §3.3
            case PING -> new Ping(token(in));
            case PONG -> new Pong(token(in));
            case GOODBYE -> readGoodbye(in);
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "link frame type " + type); // §1.6
        };
        Bytes.requireEnd(in, "link frame"); // §3.1
        return frame;
    }

    private static void writeHello(ByteBuf out, Hello hello) {
        out.writeByte(HELLO).writeByte(hello.minVersion()).writeByte(hello.maxVersion());
        out.writeByte(hello.forwards() ? FORWARDS : 0);
        out.writeShort(hello.shard()).writeShort(hello.shardCount());
        out.writeBytes(hello.nonce());
        Bytes.writeAscii(out, hello.statement());
    }

    private static Hello readHello(ByteBuf in) {
        Bytes.require(in, 7 + Hello.NONCE_BYTES, "hello"); // §3.2
        int minVersion = in.readUnsignedByte();
        int maxVersion = in.readUnsignedByte();
        if (minVersion == 0 || minVersion > maxVersion) { // §3.2
            throw new Malformed(Reason.INVALID_VALUE, "link versions " + minVersion + " to " + maxVersion);
        }
        int flags = in.readUnsignedByte();
        int shard = in.readUnsignedShort();
        int shardCount = in.readUnsignedShort();
        if (shardCount == 0 || shardCount > Hello.MAX_SHARDS || shard >= shardCount) { // §3.2
            throw new Malformed(Reason.INVALID_VALUE, "shard " + shard + " of " + shardCount);
        }
        byte[] nonce = Bytes.readFixed(in, Hello.NONCE_BYTES, "nonce"); // §3.2
        String statement = Bytes.readAscii(in, Hello.MAX_STATEMENT_BYTES, "statement"); // §3.2
        while (in.isReadable()) {
            Extensions.skip(in);
        }
        return new Hello(minVersion, maxVersion, (flags & FORWARDS) != 0, shard, shardCount, statement, nonce);
    }

    private static Goodbye readGoodbye(ByteBuf in) {
        Bytes.require(in, 2, "goodbye code"); // §3.5
        Goodbye.Code code = Goodbye.Code.of(in.readUnsignedShort());
        return new Goodbye(code, Bytes.readDetail(in, Goodbye.MAX_DETAIL_BYTES, "goodbye detail")); // §3.5
    }

    private static long token(ByteBuf in) {
        Bytes.require(in, Long.BYTES, "token"); // §3.4
        return in.readLong();
    }
}
