package io.hikyaku.route;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.link.Neighbour;
import io.hikyaku.loop.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Nodes and links of a whole mesh on one thread and in virtual time.
final class VirtualMesh {
    static final Duration NEAR = Duration.ofMillis(1);

    final VirtualTime time = new VirtualTime();
    private final List<VirtualNode> nodes = new ArrayList<>();
    private final RouteLimits limits;

    VirtualMesh() {
        this(RouteLimits.DEFAULTS);
    }

    VirtualMesh(RouteLimits limits) {
        this.limits = limits;
    }

    VirtualNode relay() {
        return node("relay", true, 2);
    }

    VirtualNode bridge() {
        return node("cluster", false, 1);
    }

    VirtualNode bridge(int shardCount) {
        return node("cluster", false, shardCount);
    }

    /// A bridge that listens, and that others list as transit.
    VirtualNode hub() {
        return node("cluster", true, 1);
    }

    private VirtualNode node(String kind, boolean forwards, int shardCount) {
        int number = nodes.size() + 1;
        String member = "spiffe://demo/" + kind + "/n" + number;
        VirtualNode node = new VirtualNode(time, number, member, forwards, shardCount, limits);
        nodes.add(node);
        return node;
    }

    /// One link from the dialler's shard 0.
    FakeLink connect(VirtualNode dialler, VirtualNode listener) {
        return connect(dialler, listener, NEAR, 0);
    }

    FakeLink connect(VirtualNode dialler, VirtualNode listener, Duration latency) {
        return connect(dialler, listener, latency, 0);
    }

    /// @return the dialler's end
    FakeLink connect(VirtualNode dialler, VirtualNode listener, Duration latency, int shard) {
        return connect(dialler, listener, latency, shard, dialler.forwards, listener.forwards);
    }

    /// @param listenerTrusts whether the listener lets the dialler carry packets of others
    /// @param diallerTrusts whether the dialler lets the listener do so
    FakeLink connect(
            VirtualNode dialler,
            VirtualNode listener,
            Duration latency,
            int shard,
            boolean listenerTrusts,
            boolean diallerTrusts) {
        Neighbour asDialled = new Neighbour(listener.id, listener.member, diallerTrusts, 0, listener.shardCount);
        Neighbour asAccepted = new Neighbour(dialler.id, dialler.member, listenerTrusts, shard, dialler.shardCount);
        String name = dialler + "-" + listener;
        FakeLink dialled = new FakeLink(time, asDialled, name, true, shard, dialler.router);
        FakeLink accepted = new FakeLink(time, asAccepted, name, false, 0, listener.router);
        FakeLink.join(dialled, accepted, latency);
        return dialled;
    }

    void converge() {
        time.run(Duration.ofSeconds(1));
    }
}
