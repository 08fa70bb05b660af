package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;

/// Variable-length integers as in RFC 9000 §16: the two top bits of the first byte say whether one, two, four or eight
/// bytes hold the value, 0 to 2^62 − 1. Longer encodings than needed are accepted (PROTOCOL.md §1.3).
public final class Varint {
    /// The largest value.
    public static final long MAX = (1L << 62) - 1;

    private Varint() {}

    /// Bytes that [#write] uses for the value.
    public static int size(long value) {
        if (value < 0 || value > MAX) { // §1.3
            throw new IllegalArgumentException("Not a variable-length integer: " + value);
        }
        if (value < 1 << 6) {
            return 1;
        }
        if (value < 1 << 14) {
            return 2;
        }
        return value < 1 << 30 ? 4 : 8;
    }

    public static void write(ByteBuf out, long value) {
        switch (size(value)) {
            case 1 -> out.writeByte((int) value);
            case 2 -> out.writeShort((int) value | 0x4000);
            case 4 -> out.writeInt((int) value | 0x8000_0000);
            default -> out.writeLong(value | 0xC000_0000_0000_0000L);
        }
    }

    /// @throws Malformed if the bytes end before the value does
    public static long read(ByteBuf in) {
        if (!in.isReadable()) {
            throw truncated();
        }
        int width = 1 << ((in.getByte(in.readerIndex()) & 0xff) >>> 6);
        if (in.readableBytes() < width) {
            throw truncated();
        }
        return switch (width) {
            case 1 -> in.readByte();
            case 2 -> in.readShort() & 0x3fff;
            case 4 -> in.readInt() & 0x3fff_ffff;
            default -> in.readLong() & MAX;
        };
    }

    /// Reads a length or count and holds it against its limit before anything is allocated.
    ///
    /// @param what names the field in the error
    /// @throws Malformed if it is truncated or above `max`
    public static int read(ByteBuf in, int max, String what) {
        long value = read(in);
        if (value > max) { // §1.4
            throw new Malformed(Malformed.Reason.TOO_LARGE, what + " of " + value + ", at most " + max);
        }
        return (int) value;
    }

    private static Malformed truncated() { // §1.4
        return new Malformed(Malformed.Reason.TRUNCATED, "variable-length integer");
    }
}
