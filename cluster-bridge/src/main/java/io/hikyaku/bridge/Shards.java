package io.hikyaku.bridge;

import io.hikyaku.route.LocalNode;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// Brings what routing has for this node to the shard that it is about. The channel id tells which (PROTOCOL.md §5.1).
final class Shards implements LocalNode {
    private final List<BridgeShard> shards;

    Shards(List<BridgeShard> shards) {
        this.shards = List.copyOf(shards);
    }

    List<BridgeShard> all() {
        return shards;
    }

    @Override
    public void onPacket(ByteBuf packet) {
        BridgeShard shard = ofChannel(Packet.channel(packet));
        shard.execute(() -> shard.onPacket(packet));
    }

    @Override
    public void onPushBack(PushBack pushBack) {
        if (pushBack instanceof PushBack.Dropped dropped) {
            BridgeShard shard = ofChannel(dropped.channel());
            shard.execute(() -> shard.onPushBack(dropped));
        } else {
            shards.forEach(shard -> shard.execute(() -> shard.onPushBack(pushBack)));
        }
    }

    @Override
    public void onReachable(NodeId node, boolean reachable) {
        shards.forEach(shard -> shard.execute(() -> shard.onReachable(node, reachable)));
    }

    @Override
    public void onWayDoubted(NodeId node) {
        shards.forEach(shard -> shard.execute(() -> shard.onWayDoubted(node)));
    }

    private BridgeShard ofChannel(long channel) {
        return shards.get((int) Long.remainderUnsigned(channel, shards.size()));
    }
}
