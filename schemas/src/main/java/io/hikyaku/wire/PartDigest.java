package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Names a part of a node's document by what it holds: the first 16 bytes of the SHA-256 of its bytes as they travel
/// (PROTOCOL.md §8.2). As with node ids, nobody can make other bytes with the same name.
public record PartDigest(long high, long low) {
    /// Length on the wire.
    public static final int BYTES = 16;

    /// Of a part's bytes.
    public static PartDigest of(byte[] part) {
        NodeId first = NodeId.of(sha256().digest(part));
        return new PartDigest(first.high(), first.low());
    }

    public static PartDigest read(ByteBuf in) {
        return new PartDigest(in.readLong(), in.readLong());
    }

    public void write(ByteBuf out) {
        out.writeLong(high).writeLong(low);
    }

    /// A SHA-256 to digest with.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
