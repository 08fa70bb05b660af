package io.hikyaku.wire.stream;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.InitialCredits;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.Varint;
import io.hikyaku.wire.stream.StreamFrame.Credit;
import io.hikyaku.wire.stream.StreamFrame.Data;
import io.hikyaku.wire.stream.StreamFrame.End;
import io.hikyaku.wire.stream.StreamFrame.Open;
import io.hikyaku.wire.stream.StreamFrame.Reset;
import io.hikyaku.wire.stream.StreamFrame.StopSending;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Bytes of [StreamFrame]s (PROTOCOL.md §6).
public final class StreamFrames {
    private static final int OPEN = 0x10;
    private static final int DATA = 0x11;
    private static final int END = 0x12;
    private static final int RESET = 0x13;
    private static final int STOP_SENDING = 0x14;
    private static final int CREDIT = 0x15;
    /// Frame types from here on have a length and may be skipped when unknown; other unknown types are fatal.
    private static final int FIRST_SKIPPABLE_TYPE = 0x40;
    private static final int LAST_SKIPPABLE_TYPE = 0x7f;

    private StreamFrames() {}

    /// Writes the frame; the bytes of `metadata` and `data` are read from (their reader index moves), not
    /// released.
    public static void write(ByteBuf out, StreamFrame frame) {
        switch (frame) {
            case Open open -> {
                start(out, OPEN, open.stream());
                Varint.write(out, open.credit());
                Varint.write(out, open.initial());
                Varint.write(out, open.metadata().readableBytes());
                out.writeBytes(open.metadata());
            }
            case Data data -> {
                writeDataPrefix(out, data.stream(), data.data().readableBytes());
                out.writeBytes(data.data());
            }
            case End end -> start(out, END, end.stream());
            case Reset reset -> {
                start(out, RESET, reset.stream());
                Varint.write(out, reset.code().number());
                Bytes.writeDetail(out, reset.detail(), Reset.MAX_DETAIL_BYTES);
            }
            case StopSending stop -> start(out, STOP_SENDING, stop.stream());
            case Credit credit -> {
                start(out, CREDIT, credit.stream());
                Varint.write(out, credit.max());
            }
        }
    }

    /// Writes the front of a DATA frame whose `length` bytes the caller puts behind it.
    public static void writeDataPrefix(ByteBuf out, long stream, int length) {
        start(out, DATA, stream);
        Varint.write(out, length);
    }

    /// Reads the next frame that is understood, skipping those that may be, or returns null at the end of the
    /// bytes. Metadata and data are slices of `in`, not retained.
    ///
    /// @throws Malformed if a frame is truncated, too large or of an unknown type that must be understood
    public static @Nullable StreamFrame readNext(ByteBuf in) {
        while (in.isReadable()) {
            int type = in.readUnsignedByte();
            if (type < FIRST_SKIPPABLE_TYPE || type > LAST_SKIPPABLE_TYPE) {
                return read(in, type);
            }
            Bytes.skip(in, Packet.MAX_BODY, "skippable frame"); // §6.1
        }
        return null;
    }

    private static StreamFrame read(ByteBuf in, int type) {
        if (type < OPEN || type > CREDIT) { // §1.6
            throw new Malformed(Reason.UNKNOWN_TYPE, "stream frame type " + type);
        }
        long stream = Varint.read(in);
        return switch (type) {
            case OPEN -> {
                long credit = Varint.read(in);
                int initial = InitialCredits.read(in); // §6.2
                yield new Open(stream, credit, initial, slice(in, StreamFrame.MAX_METADATA_BYTES, "metadata")); // §6.2
            }
            case DATA -> new Data(stream, slice(in, Packet.MAX_BODY, "data")); // §6.3
            case END -> new End(stream);
            case RESET -> {
                ResetCode code = ResetCode.of(Varint.read(in));
                yield new Reset(stream, code, Bytes.readDetail(in, Reset.MAX_DETAIL_BYTES, "reset detail")); // §6.6
            }
            case STOP_SENDING -> new StopSending(stream);
            default -> new Credit(stream, Varint.read(in));
        };
    }

    private static void start(ByteBuf out, int type, long stream) {
        out.writeByte(type);
        Varint.write(out, stream);
    }

    private static ByteBuf slice(ByteBuf in, int max, String what) {
        int length = Varint.read(in, max, what); // §1.3
        Bytes.require(in, length, what); // §1.3
        return in.readSlice(length);
    }
}
