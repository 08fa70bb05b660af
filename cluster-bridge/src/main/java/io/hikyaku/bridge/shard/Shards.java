package io.hikyaku.bridge.shard;

import io.hikyaku.config.service.Export;
import io.hikyaku.route.LocalNode;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Brings what routing has for this node to the shard that it is about. The channel id tells which (PROTOCOL.md §5.1).
public final class Shards implements LocalNode {
    private final List<BridgeShard> shards;

    Shards(List<BridgeShard> shards) {
        this.shards = List.copyOf(shards);
    }

    public List<BridgeShard> all() {
        return shards;
    }

    /// What all of them are to export from now on.
    public record NextExports(Map<BridgeShard, ShardExports.Next> ofShards) {
        public void use() {
            ofShards.forEach((shard, next) -> shard.exports().use(next, shard::execute));
        }

        public void discard() {
            ofShards.values().forEach(ShardExports.Next::discard);
        }
    }

    /// Makes for all of them what is new of these exports.
    ///
    /// @throws io.hikyaku.config.yaml.ConfigException if that is not possible; nothing is left then
    public NextExports makeExports(List<Export> services) {
        NextExports made = new NextExports(new LinkedHashMap<>());
        boolean whole = false;
        try {
            shards.forEach(shard -> made.ofShards().put(shard, shard.exports().make(services)));
            whole = true;
        } finally {
            if (!whole) {
                made.discard();
            }
        }
        return made;
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
    }

    @Override
    public void onWayDoubted(NodeId node) {
        shards.forEach(shard -> shard.execute(() -> shard.onWayDoubted(node)));
    }

    private BridgeShard ofChannel(long channel) {
        return shards.get((int) Long.remainderUnsigned(channel, shards.size()));
    }
}
