package io.hikyaku.link;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Packets for tests: a body of the given length that starts with a number, or has none if there is no room.
final class Packets {
    static final NodeId SOMEBODY = new NodeId(7, 7);

    private Packets() {}

    static ByteBuf data(NodeId source, long number, int bodyBytes) {
        return of(PacketKind.DATA, source, number, bodyBytes);
    }

    static ByteBuf of(PacketKind kind, NodeId source, long number, int bodyBytes) {
        ByteBuf packet = ByteBufAllocator.DEFAULT.buffer(Packet.HEADER_BYTES + bodyBytes);
        new Packet(kind, Packet.DEFAULT_HOP_LIMIT, true, bodyBytes, SOMEBODY, source, 1, 0, number).write(packet);
        for (int i = 0; i < bodyBytes; i++) {
            packet.writeByte((int) (number * 31 + i));
        }
        return packet;
    }
}
