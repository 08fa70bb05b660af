package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;
import java.util.HexFormat;

/// The address of one process of the mesh (PROTOCOL.md §2.2): the first 16 bytes of the SHA-256 of its instance key.
/// A restart makes a new key and so a new node. Ordered as an unsigned 128-bit number, which decides between crossing
/// handshakes.
///
/// @param high the first eight bytes, big-endian
/// @param low the last eight bytes, big-endian
public record NodeId(long high, long low) implements Comparable<NodeId> {
    /// Length on the wire, in bytes.
    public static final int BYTES = 16;

    /// "No node": the address of packets that only concern the two ends of one link.
    public static final NodeId NONE = new NodeId(0, 0);

    /// Reads a node id at the buffer's reader index and moves past it; the caller has checked that 16 bytes are
    /// there.
    public static NodeId read(ByteBuf in) {
        return new NodeId(in.readLong(), in.readLong());
    }

    /// Reads a node id at an absolute index; the buffer's indices stay.
    public static NodeId get(ByteBuf in, int index) {
        return new NodeId(in.getLong(index), in.getLong(index + 8));
    }

    /// @param bytes at least 16 bytes, of which the first 16 are used
    public static NodeId of(byte[] bytes) {
        if (bytes.length < BYTES) { // §1.2
            throw new IllegalArgumentException("A node id needs 16 bytes, not " + bytes.length);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            high = high << 8 | bytes[i] & 0xff;
            low = low << 8 | bytes[i + 8] & 0xff;
        }
        return new NodeId(high, low);
    }

    /// @param hex 32 hexadecimal digits, as [#toString()] writes them
    /// @throws IllegalArgumentException if it is anything else
    public static NodeId parse(String hex) {
        if (hex.length() != 2 * BYTES) { // §8.2, §9.2
            throw new IllegalArgumentException(
                    "A node id is 32 hexadecimal digits, not " + hex.length() + " characters");
        }
        return of(HexFormat.of().parseHex(hex));
    }

    public void write(ByteBuf out) {
        out.writeLong(high).writeLong(low);
    }

    @Override
    public int compareTo(NodeId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /// Ids are hash values already: mixing them again would only cost time.
    @Override
    public int hashCode() {
        return Long.hashCode(high ^ low);
    }

    /// The first eight digits, for tables and logs that people read.
    public String abbreviated() {
        return toString().substring(0, 8);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
