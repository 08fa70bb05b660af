package io.hikyaku.wire.channel;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.InitialCredits;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.hikyaku.wire.channel.ChannelFrame.Ack;
import io.hikyaku.wire.channel.ChannelFrame.Close;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.channel.ChannelFrame.InitialCredit;
import io.hikyaku.wire.channel.ChannelFrame.Ping;
import io.hikyaku.wire.channel.ChannelFrame.Pong;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Bytes of [ChannelFrame]s (PROTOCOL.md §5.5). The first byte of [#FIRST_PAYLOAD_TYPE] or above ends them and belongs
/// to the layer above.
public final class ChannelFrames {
    /// Bytes of an [Ack].
    public static final int ACK_BYTES = 1 + Long.BYTES;

    private static final int ACK = 1;
    private static final int PING = 2;
    private static final int PONG = 3;
    private static final int INITIAL_CREDIT = 4;
    private static final int CLOSE = 5;
    /// Frame types from here on belong to streams.
    private static final int FIRST_PAYLOAD_TYPE = 0x10;

    private ChannelFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, ChannelFrame frame) {
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
    public static @Nullable ChannelFrame readNext(ByteBuf in) {
        if (!in.isReadable() || in.getUnsignedByte(in.readerIndex()) >= FIRST_PAYLOAD_TYPE) {
            return null;
        }
        int type = in.readUnsignedByte();
        if (type == CLOSE) {
            CloseCode code = CloseCode.of(Varint.read(in));
            return new Close(code, Bytes.readDetail(in, Close.MAX_DETAIL_BYTES, "close detail")); // §5.5
        }
        if (type == INITIAL_CREDIT) {
            return new InitialCredit(InitialCredits.read(in)); // §5.5
        }
        if (type < ACK || type > CLOSE) { // §1.6
            throw new Malformed(Reason.UNKNOWN_TYPE, "channel frame type " + type);
        }
        Bytes.require(in, Long.BYTES, "channel frame"); // §5.5
        long value = in.readLong();
        return switch (type) {
            case ACK -> new Ack(position(value));
            case PING -> new Ping(value);
            default -> new Pong(value);
        };
    }

    /// Counters that only rise are refused in the negative half, so that nobody compares them the wrong way round.
    private static long position(long value) {
        if (value < 0) { // §1.1
            throw new Malformed(Reason.INVALID_VALUE, "channel position " + value);
        }
        return value;
    }
}
