package io.hikyaku.wire.channel;

import io.hikyaku.wire.InitialCredits;
/// The channel's own frames (PROTOCOL.md §5.5). They come first in a sealed packet's plaintext.

public sealed interface ChannelFrame {
    /// Every packet with a sequence below `next` has arrived.
    ///
    /// @param next 0 to 2^63 − 1, never falls
    record Ack(long next) implements ChannelFrame {}

    /// Asks for a [Pong] and an [Ack]: keepalive, round trip and probe in one.
    record Ping(long token) implements ChannelFrame {}

    record Pong(long token) implements ChannelFrame {}

    /// Each stream that the receiver of this frame opens from now on may send `bytes` before it is granted more.
    ///
    /// @param bytes 0 to [io.hikyaku.wire.InitialCredits#MAX]
    record InitialCredit(int bytes) implements ChannelFrame {
        public InitialCredit {
            InitialCredits.require(bytes);
        }
    }

    /// The last frame of a channel: all its streams end with a reset.
    ///
    /// @param detail for people, at most 256 bytes
    record Close(CloseCode code, String detail) implements ChannelFrame {
        public static final int MAX_DETAIL_BYTES = 256;
    }

    /// Why a channel ends; unknown codes are read as [#OTHER].
    enum CloseCode {
        OTHER(0),
        /// The node stops.
        LEAVING(1),
        /// Nothing to carry for a while.
        IDLE(2),
        /// Malformed frames.
        PROTOCOL(3),
        /// A gap in the sequence that did not close.
        GAP(4),
        /// No sign of life.
        DEAD_PATH(5),
        /// A limit of the node.
        LIMIT(6),
        /// A packet that could not be authenticated, in place of one that did not arrive.
        UNAUTHENTIC(7);

        private final int number;

        CloseCode(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        static CloseCode of(long number) {
            for (CloseCode code : values()) {
                if (code.number == number) {
                    return code;
                }
            }
            return OTHER;
        }
    }
}
