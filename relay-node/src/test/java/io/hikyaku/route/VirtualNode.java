package io.hikyaku.route;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.route.PushBack;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/// A node with a router and a local node that writes down what reaches it.
final class VirtualNode implements LocalNode {
    /// What a received packet carries, as the tests look at it.
    record Received(NodeId source, long channel, long sequence, int hopLimit) {}

    final NodeId id;
    final String member;
    final boolean forwards;
    final int shardCount;
    final Router router;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<Received> received = new ArrayList<>();
    final List<PushBack> pushBacks = new ArrayList<>();
    final List<NodeId> doubtedWays = new ArrayList<>();
    LongConsumer whenWritable = channel -> {};
    final Set<NodeId> reachable = new HashSet<>();
    final Map<NodeId, Integer> reachabilityChanges = new HashMap<>();

    VirtualNode(VirtualTime time, int number, String member, boolean forwards, int shardCount, RouteLimits limits) {
        this.id = new NodeId(number * 0x9E3779B97F4A7C15L, number * 0xC2B2AE3D27D4EB4FL);
        this.member = member;
        this.forwards = forwards;
        this.shardCount = shardCount;
        this.router = new Router(id, forwards, shardCount, limits, time, meters);
        router.attach(this);
    }

    static ByteBuf packet(
            PacketKind kind, int hopLimit, NodeId to, NodeId from, long channel, long sequence, int body) {
        ByteBuf packet = Unpooled.buffer(Packet.HEADER_BYTES + body);
        new Packet(kind, hopLimit, true, body, to, from, channel, 0, sequence).write(packet);
        return packet.writeZero(body);
    }

    void send(NodeId to, long channel, long sequence) {
        send(to, channel, sequence, 8);
    }

    void send(NodeId to, long channel, long sequence, int body) {
        router.send(packet(PacketKind.DATA, Packet.DEFAULT_HOP_LIMIT, to, id, channel, sequence, body));
    }

    double dropped(Drop reason) {
        return meters.get("hikyaku.route.dropped.packets")
                .tag("reason", reason.label())
                .functionCounter()
                .count();
    }

    @Override
    public void onPacket(ByteBuf packet) {
        received.add(new Received(
                Packet.source(packet), Packet.channel(packet), Packet.sequence(packet), Packet.hopLimit(packet)));
        packet.release();
    }

    @Override
    public void onPushBack(PushBack pushBack) {
        pushBacks.add(pushBack);
    }

    @Override
    public void onWritable(NodeId destination, long channel) {
        whenWritable.accept(channel);
    }

    @Override
    public void onReachable(NodeId node, boolean now) {
        boolean changed = now ? reachable.add(node) : reachable.remove(node);
        if (!changed) {
            throw new IllegalStateException(node + " was " + (now ? "reachable" : "unreachable") + " already");
        }
        reachabilityChanges.merge(node, 1, Integer::sum);
    }

    @Override
    public void onPathDoubted(NodeId node) {
        doubtedWays.add(node);
    }

    @Override
    public String toString() {
        return member;
    }
}
