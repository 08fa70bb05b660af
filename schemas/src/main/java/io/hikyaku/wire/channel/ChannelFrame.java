package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// The channel's own frames (PROTOCOL.md §5.5). They stand at the front of a sealed packet's plaintext; the first byte
/// of [#FIRST_PAYLOAD_TYPE] or above ends them and belongs to the layer above.
public sealed interface ChannelFrame {
    /// Frame types from here on belong to streams.
    int FIRST_PAYLOAD_TYPE = 0x10;

    int ACK = 1;
    int PING = 2;
    int PONG = 3;
    int INITIAL_CREDIT = 4;
    int CLOSE = 5;

    /// Bytes of an [Ack].
    int ACK_BYTES = 1 + Long.BYTES;

    /// Every packet with a sequence below `next` has arrived.
    ///
    /// @param next 0 to 2^63 − 1, never falls
    record Ack(long next) implements ChannelFrame {}

    /// Asks for a [Pong] and an [Ack]: keepalive, round trip and probe in one.
    record Ping(long token) implements ChannelFrame {}

    record Pong(long token) implements ChannelFrame {}

    /// Each stream that the receiver of this frame opens from now on may send `bytes` before it is granted more.
    ///
    /// @param bytes 0 to [io.hikyaku.wire.InitialCredit#MAX]
    record InitialCredit(int bytes) implements ChannelFrame {
        public InitialCredit {
            io.hikyaku.wire.InitialCredit.require(bytes);
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
        /// A packet that could not be authenticated, in the place of one that did not arrive.
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

    static void write(ByteBuf out, ChannelFrame frame) {
        switch (frame) {
            case Ack ack -> out.writeByte(ACK).writeLong(ack.next());
            case Ping ping -> out.writeByte(PING).writeLong(ping.token());
            case Pong pong -> out.writeByte(PONG).writeLong(pong.token());
            case InitialCredit credit -> {
                out.writeByte(INITIAL_CREDIT);
                Varint.write(out, credit.bytes());
            }
            case Close close -> {
                out.writeByte(CLOSE);
                Varint.write(out, close.code().number());
                Bytes.writeDetail(out, close.detail(), Close.MAX_DETAIL_BYTES);
            }
        }
    }

    /// Reads the next channel frame, or returns null when the rest (possibly nothing) belongs to the layer above.
    ///
    /// @throws Malformed if it is truncated or of an unknown type below [#FIRST_PAYLOAD_TYPE]: those are fatal
    static @Nullable ChannelFrame readNext(ByteBuf in) {
        if (!in.isReadable() || in.getUnsignedByte(in.readerIndex()) >= FIRST_PAYLOAD_TYPE) {
            return null;
        }
        int type = in.readUnsignedByte();
        if (type == CLOSE) {
            CloseCode code = CloseCode.of(Varint.read(in));
            return new Close(code, Bytes.readDetail(in, Close.MAX_DETAIL_BYTES, "close detail"));
        }
        if (type == INITIAL_CREDIT) {
            return new InitialCredit(io.hikyaku.wire.InitialCredit.read(in));
        }
        if (type < ACK || type > CLOSE) {
            throw new Malformed(Reason.UNKNOWN_TYPE, "channel frame type " + type);
        }
        Bytes.require(in, Long.BYTES, "channel frame");
        long value = in.readLong();
        return switch (type) {
            case ACK -> new Ack(position(value));
            case PING -> new Ping(value);
            default -> new Pong(value);
        };
    }

    /// Counters that only rise are refused in the negative half, so that nobody compares them the wrong way.
    private static long position(long value) {
        if (value < 0) {
            throw new Malformed(Reason.INVALID_VALUE, "channel position " + value);
        }
        return value;
    }
}
