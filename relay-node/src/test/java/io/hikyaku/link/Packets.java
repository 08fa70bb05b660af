package io.hikyaku.link;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Packets for tests: numbered, with a body of the given length that depends on the number.
public final class Packets {
    public static final NodeId SOMEBODY = new NodeId(7, 7);

    static final int LENGTH_AT = 4;

    private Packets() {}

    public static ByteBuf data(NodeId source, long number, int bodyBytes) {
        return of(PacketKind.DATA, source, number, bodyBytes);
    }

    public static ByteBuf of(PacketKind kind, NodeId source, long number, int bodyBytes) {
        ByteBuf packet = ByteBufAllocator.DEFAULT.buffer(Packet.HEADER_BYTES + bodyBytes);
        // The length is written afterwards, since a header object of a length that is not allowed cannot be made.
        new Packet(kind, Packet.DEFAULT_HOP_LIMIT, true, 0, SOMEBODY, source, 1, 0, number).write(packet);
        packet.setInt(LENGTH_AT, bodyBytes);
        byte[] body = new byte[bodyBytes];
        for (int i = 0; i < bodyBytes; i++) {
            body[i] = (byte) (number * 31 + i);
        }
        return packet.writeBytes(body);
    }
}
