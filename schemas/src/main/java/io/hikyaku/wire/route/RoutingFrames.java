package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Varint;
import io.hikyaku.wire.route.RoutingFrame.Cost;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import io.hikyaku.wire.route.RoutingFrame.Reach;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Bytes of [RoutingFrame]s (PROTOCOL.md §4.1). A frame fills its packet's body to the last byte.
public final class RoutingFrames {
    private static final int REACH = 1;
    private static final int LINK_STATE = 2;
    private static final int COST_BYTES = NodeId.BYTES + Integer.BYTES;

    private RoutingFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, RoutingFrame frame) {
        switch (frame) {
            case Reach reach -> {
                out.writeByte(REACH).writeBoolean(reach.snapshot());
                writeCosts(out, reach.nodes());
            }
            case LinkState state -> {
                out.writeByte(LINK_STATE);
                state.origin().write(out);
                out.writeLong(state.sequence());
                writeCosts(out, state.routers());
                writeCosts(out, state.leaves());
            }
        }
    }

    /// Reads the one frame that the readable bytes are.
    ///
    /// @throws Malformed if they are anything else
    public static RoutingFrame read(ByteBuf in) {
        Bytes.require(in, 2, "routing frame"); // §4.1
        int type = in.readUnsignedByte();
        RoutingFrame frame = switch (type) {
            case REACH -> new Reach(readFlag(in), readCosts(in, RoutingFrame.MAX_ENTRIES));
            case LINK_STATE -> readLinkState(in);
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "routing frame type " + type); // §1.6
        };
        Bytes.requireEnd(in, "routing frame"); // §4.1
        return frame;
    }

    private static LinkState readLinkState(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES + Long.BYTES, "link state"); // §4.3
        NodeId origin = NodeId.read(in);
        long sequence = in.readLong();
        if (sequence < 0) { // §1.1
            throw new Malformed(Reason.INVALID_VALUE, "link state sequence " + sequence);
        }
        List<Cost> routers = readCosts(in, RoutingFrame.MAX_ENTRIES);
        return new LinkState(origin, sequence, routers, readCosts(in, RoutingFrame.MAX_ENTRIES - routers.size()));
    }

    private static boolean readFlag(ByteBuf in) {
        int flag = in.readUnsignedByte();
        if (flag > 1) { // §4.2
            throw new Malformed(Reason.INVALID_VALUE, "snapshot flag " + flag);
        }
        return flag == 1;
    }

    private static void writeCosts(ByteBuf out, List<Cost> costs) {
        Varint.write(out, costs.size());
        for (Cost cost : costs) {
            cost.node().write(out);
            out.writeInt((int) cost.costMicros());
        }
    }

    private static List<Cost> readCosts(ByteBuf in, int max) {
        int count = Varint.read(in, max, "list of nodes"); // §4.1
        Bytes.require(in, count * COST_BYTES, "list of nodes"); // §4.1
        List<Cost> costs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            costs.add(new Cost(NodeId.read(in), in.readUnsignedInt()));
        }
        return costs;
    }
}
