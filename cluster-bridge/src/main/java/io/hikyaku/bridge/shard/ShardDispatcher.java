package io.hikyaku.bridge.shard;

import io.hikyaku.route.LocalNode;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.util.List;

/// The entrance of a bridge: takes what routing has for this node and hands it to the right shard, which the channel id
/// tells (PROTOCOL.md §5.1).
public final class ShardDispatcher implements LocalNode {
    private final List<BridgeShard> shards;
    private final Runnable reachability;

    /// @param reachability told after the shards when a node can be reached, or no longer can
    public ShardDispatcher(List<BridgeShard> shards, Runnable reachability) {
        this.shards = List.copyOf(shards);
        this.reachability = reachability;
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
    public void onWritable(NodeId destination, long channel) {
        BridgeShard shard = ofChannel(channel);
        shard.execute(() -> shard.onWritable(destination, channel));
    }

    @Override
    public void onReachable(NodeId node, boolean reachable) {
        shards.forEach(shard -> shard.execute(() -> shard.onReachable(node, reachable)));
        reachability.run();
    }

    @Override
    public void onPathDoubted(NodeId node) {
        shards.forEach(shard -> shard.execute(() -> shard.onPathDoubted(node)));
    }

    private BridgeShard ofChannel(long channel) {
        return shards.get((int) Long.remainderUnsigned(channel, shards.size()));
    }
}
