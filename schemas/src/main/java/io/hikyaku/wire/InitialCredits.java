package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;

/// What a stream may send before it is granted more, in bytes (PROTOCOL.md §6.4): stated for all new streams by a
/// channel's greetings and frames, and for one stream by its OPEN.
public final class InitialCredits {
    public static final int MAX = 64 * 1024;

    private InitialCredits() {}

    /// @throws IllegalArgumentException if it is not 0 to [#MAX]
    public static int require(int bytes) {
        if (bytes < 0 || bytes > MAX) { // §5.2, §5.5, §6.2
            throw new IllegalArgumentException("Initial credit " + bytes);
        }
        return bytes;
    }

    /// Reads it as a varint.
    ///
    /// @throws Malformed if it is above [#MAX]
    public static int read(ByteBuf in) {
        return Varint.read(in, MAX, "initial credit"); // §5.5, §6.2
    }
}
