package io.hikyaku.route;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;

/// The part of this node that packets are finally for: channels on a bridge, nothing on a relay.
public interface LocalNode {
    /// A HANDSHAKE, DATA or DATAGRAM packet for this node; takes ownership. Called on the event loop of the link
    /// that it came by, which is usually but not always the shard of its channel.
    void onPacket(ByteBuf packet);

    /// Push-back about packets that this node sent. Called on an event loop or the control loop, never within
    /// [PacketSender#send].
    void onPushBack(PushBack pushBack);

    /// There is room again for a channel that [PacketSender#room] had none for. Any thread; sends nothing before it
    /// returns.
    void onWritable(NodeId destination, long channel);

    /// There is a path to the node now, or no longer any. Called on the control loop, once per change.
    void onReachable(NodeId node, boolean reachable);

    /// The path to the node led over a link that is down or does not answer, or over a node that no longer has a
    /// path: what was recently sent to the node, or by it, may be lost. Where there is another path, it is already
    /// in use. Called on the control loop.
    default void onPathDoubted(NodeId node) {}

    /// A node that is nobody's destination: a relay.
    static LocalNode none() {
        return new LocalNode() {
            @Override
            public void onPacket(ByteBuf packet) {
                packet.release();
            }

            @Override
            public void onPushBack(PushBack pushBack) {
                // A relay sends nothing that could be pushed back.
            }

            @Override
            public void onWritable(NodeId destination, long channel) {
                // Nobody here has a channel.
            }

            @Override
            public void onReachable(NodeId node, boolean reachable) {
                // Nobody here wants to reach anybody.
            }
        };
    }
}
