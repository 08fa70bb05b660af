package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack.Dropped;
import io.hikyaku.wire.route.PushBack.Pause;
import io.hikyaku.wire.route.PushBack.Resume;
import io.netty.buffer.ByteBuf;

/// Bytes of [PushBack]s (PROTOCOL.md §4.4). A frame fills its packet's body to the last byte.
public final class PushBacks {
    private static final int PAUSE = 1;
    private static final int RESUME = 2;
    private static final int DROPPED = 3;
    private static final int UNREACHABLE = 4;

    private PushBacks() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, PushBack frame) {
        switch (frame) {
            case Pause pause -> {
                out.writeByte(PAUSE);
                pause.destination().write(out);
                out.writeInt(pause.millis());
            }
            case Resume resume -> {
                out.writeByte(RESUME);
                resume.destination().write(out);
            }
            case Dropped dropped -> {
                out.writeByte(dropped.unreachable() ? UNREACHABLE : DROPPED);
                dropped.destination().write(out);
                out.writeLong(dropped.channel());
            }
        }
    }

    /// Reads the one frame that the readable bytes are.
    ///
    /// @throws Malformed if they are anything else
    public static PushBack read(ByteBuf in) {
        Bytes.require(in, 1, "push-back"); // §4.4
        int type = in.readUnsignedByte();
        if (type < PAUSE || type > UNREACHABLE) { // §1.6
            throw new Malformed(Reason.UNKNOWN_TYPE, "push-back type " + type);
        }
        Bytes.require(in, NodeId.BYTES, "push-back"); // §4.4
        NodeId destination = NodeId.read(in);
        PushBack frame = switch (type) {
            case PAUSE -> new Pause(destination, readMillis(in));
            case RESUME -> new Resume(destination);
            default -> {
                Bytes.require(in, Long.BYTES, "channel of a dropped packet"); // §4.4
                yield new Dropped(destination, in.readLong(), type == UNREACHABLE);
            }
        };
        Bytes.requireEnd(in, "push-back"); // §1.4
        return frame;
    }

    private static int readMillis(ByteBuf in) {
        Bytes.require(in, Integer.BYTES, "pause"); // §4.4
        long millis = in.readUnsignedInt();
        if (millis > PushBack.MAX_PAUSE_MILLIS) { // §4.4
            throw new Malformed(Reason.TOO_LARGE, "pause of " + millis + " ms");
        }
        return (int) millis;
    }
}
