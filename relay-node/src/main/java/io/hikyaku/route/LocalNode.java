package io.hikyaku.route;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;

/// The part of this node that packets are finally for: channels on a bridge, nothing on a relay. Called on the event loop
/// of the link that the packet came by, which is usually but not always the shard of its channel.
public interface LocalNode {
    /// A HANDSHAKE, DATA or DATAGRAM packet for this node; takes ownership.
    void onPacket(ByteBuf packet);

    /// Push-back about packets that this node sent.
    void onPushBack(PushBack pushBack);

    /// There is a way to the node now, or none any more. Called once per change.
    void onReachable(NodeId node, boolean reachable);
}
