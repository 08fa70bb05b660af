package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;

/// Extensions at the end of a greeting (PROTOCOL.md §1.5): tag (two bytes), then a byte string. None is defined yet, so
/// that each is either skipped or refused.
public final class Extensions {
    /// Largest content of one extension, in bytes.
    public static final int MAX_BYTES = 4096;
    /// An extension whose tag has this bit must be understood.
    public static final int CRITICAL = 0x8000;

    private Extensions() {}

    /// Moves past one extension.
    ///
    /// @throws Malformed if it is truncated, too large or critical
    public static void skip(ByteBuf in) {
        Bytes.require(in, 2, "extension tag"); // §1.5
        int tag = in.readUnsignedShort();
        Bytes.skip(in, MAX_BYTES, "extension"); // §1.5
        if ((tag & CRITICAL) != 0) { // §1.5
            throw new Malformed(Malformed.Reason.UNKNOWN_TYPE, "critical extension " + tag);
        }
    }
}
