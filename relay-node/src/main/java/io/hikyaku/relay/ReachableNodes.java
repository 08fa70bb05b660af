package io.hikyaku.relay;

import io.hikyaku.route.LocalNode;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The local end of a relay, where no packet has business, and which remembers what can be reached.
final class ReachableNodes implements LocalNode {
    private final Set<NodeId> nodes = ConcurrentHashMap.newKeySet();

    /// Any thread.
    Set<NodeId> nodes() {
        return nodes;
    }

    @Override
    public void onPacket(ByteBuf packet) {
        packet.release();
    }

    @Override
    public void onPushBack(PushBack pushBack) {
        // A relay sends no packets of its own that could be pushed back.
    }

    @Override
    public void onReachable(NodeId node, boolean reachable) {
        if (reachable) {
            nodes.add(node);
        } else {
            nodes.remove(node);
        }
    }
}
