package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;

/// From a node on the way to the source of packets: the body of a packet of kind PUSH_BACK (PROTOCOL.md §4.4). The
/// sender is not authenticated to the channel's ends: push-back may slow or end what passes there anyway, never more.
public sealed interface PushBack {
    /// The node whose packets it is about.
    NodeId destination();

    /// Send nothing more to this node until RESUME, or until `millis` have passed.
    ///
    /// @param millis at most 60,000
    record Pause(NodeId destination, int millis) implements PushBack {
        public Pause {
            if (millis < 0 || millis > MAX_PAUSE_MILLIS) {
                throw new IllegalArgumentException("Pause of " + millis + " ms");
            }
        }
    }

    /// Go on.
    record Resume(NodeId destination) implements PushBack {}

    /// At least one packet of this channel to this node was dropped, or there is no way to it.
    ///
    /// @param unreachable whether there is no way to the node at all
    record Dropped(NodeId destination, long channel, boolean unreachable) implements PushBack {}

    int MAX_PAUSE_MILLIS = 60_000;

    int PAUSE = 1;
    int RESUME = 2;
    int DROPPED = 3;
    int UNREACHABLE = 4;

    static void write(ByteBuf out, PushBack frame) {
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
    static PushBack read(ByteBuf in) {
        Bytes.require(in, 1, "push-back");
        int type = in.readUnsignedByte();
        if (type < PAUSE || type > UNREACHABLE) {
            throw new Malformed(Reason.UNKNOWN_TYPE, "push-back type " + type);
        }
        Bytes.require(in, NodeId.BYTES, "push-back");
        NodeId destination = NodeId.read(in);
        PushBack frame = switch (type) {
            case PAUSE -> new Pause(destination, readMillis(in));
            case RESUME -> new Resume(destination);
            default -> {
                Bytes.require(in, Long.BYTES, "channel of a dropped packet");
                yield new Dropped(destination, in.readLong(), type == UNREACHABLE);
            }
        };
        Bytes.requireEnd(in, "push-back");
        return frame;
    }

    private static int readMillis(ByteBuf in) {
        Bytes.require(in, Integer.BYTES, "pause");
        long millis = in.readUnsignedInt();
        if (millis > MAX_PAUSE_MILLIS) {
            throw new Malformed(Reason.TOO_LARGE, "pause of " + millis + " ms");
        }
        return (int) millis;
    }
}
