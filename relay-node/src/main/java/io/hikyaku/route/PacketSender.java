package io.hikyaku.route;

import io.netty.buffer.ByteBuf;

/// How the layer above sends: a whole packet with its header, whose destination and channel decide the link. Takes
/// ownership; callable from any thread. What cannot be sent is released and answered by a
/// [io.hikyaku.wire.route.PushBack.Dropped].
@FunctionalInterface
public interface PacketSender {
    void send(ByteBuf packet);
}
