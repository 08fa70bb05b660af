package io.hikyaku.route;

import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;

/// How the layer above sends: a whole packet with its header, whose destination and channel decide the link. Takes
/// ownership; callable from any thread. What cannot be sent is released: where there is no path it is answered by a
/// [io.hikyaku.wire.route.PushBack.Dropped], and where a queue is full it is lost, as it might be in transit.
@FunctionalInterface
public interface PacketSender {
    /// A DATA packet is never dropped for lack of room: senders ask for [#room] first.
    void send(ByteBuf packet);

    /// How large a DATA packet of a channel may be if it is sent now, in bytes with its header. To be called before
    /// it is numbered and sealed, since afterwards it can be neither cut nor left out. Any thread.
    ///
    /// @return 0 if it has to wait: [LocalNode#onWritable] follows once when it is worth asking again
    default int room(NodeId destination, long channel) {
        return Integer.MAX_VALUE;
    }
}
