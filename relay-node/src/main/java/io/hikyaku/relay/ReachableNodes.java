package io.hikyaku.relay;

import io.hikyaku.link.Neighbour;
import io.hikyaku.route.LocalNode;
import io.hikyaku.route.NeighbourStatus;
import io.hikyaku.route.Router;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The local end of a relay, which no packet is for, and which remembers what can be reached.
final class ReachableNodes implements LocalNode {
    private final Set<NodeId> nodes = ConcurrentHashMap.newKeySet();

    /// For status; any thread.
    List<NodeStatus.Member> members(Router router) {
        Map<NodeId, String> names = router.neighbours().stream()
                .map(NeighbourStatus::neighbour)
                .collect(Collectors.toMap(Neighbour::node, Neighbour::member, (first, _) -> first));
        return nodes.stream()
                .sorted()
                .map(node -> new NodeStatus.Member(
                        node.toString(),
                        names.get(node),
                        true,
                        router.pathTo(node).map(path -> "via " + path.link()).orElse(null),
                        null))
                .toList();
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
    public void onWritable(NodeId destination, long channel) {
        // A relay has no channels that could wait.
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
