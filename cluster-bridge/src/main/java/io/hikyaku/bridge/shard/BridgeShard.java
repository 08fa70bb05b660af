package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Balancer;
import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.FreeRepeats;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.ServicePort;
import io.hikyaku.channel.Channel;
import io.hikyaku.channel.Channels;
import io.hikyaku.loop.Guarded;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.stream.local.LocalStreams;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One event loop's share of a bridge: its channels, and the exporters that it may send calls to. Touched only by its
/// event loop; [#execute] gets there.
public final class BridgeShard {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final int index;
    private final EventLoop loop;
    private final Channels<StreamMux> channels;
    private final Balancer balancer;
    private final RandomGenerator random = new SplittableRandom();
    private final OwnExports own;
    private final NodeId self;
    private final ShardExports exports;
    private final Runnable wanted;
    private final ScheduledFuture<?> look;
    private Map<NodeId, RemoteExporter> remotes = Map.of();
    private volatile Set<NodeId> talking = Set.of();

    /// @param wanted told when an exporter is called that no path leads to
    BridgeShard(
            int index,
            EventLoop loop,
            NodeId self,
            CallContext calls,
            FreeRepeats freeRepeats,
            Channels<StreamMux> channels,
            LocalStreams local,
            ShardExports exports,
            Runnable wanted) {
        this.wanted = wanted;
        this.exports = exports;
        this.index = index;
        this.loop = loop;
        this.self = self;
        this.channels = channels;
        this.own = new OwnExports(calls.cluster(), self.low(), local);
        this.balancer = new Balancer(calls, freeRepeats, loop.ticker()::nanoTime, random);
        Runnable looking = Guarded.of("an event loop", this::lookWhoTalks);
        this.look = loop.scheduleWithFixedDelay(looking, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookWhoTalks() {
        Set<NodeId> now = new HashSet<>();
        for (Channel channel : channels.open()) {
            if (!channel.isSilent()) {
                now.add(channel.peer().node());
            }
        }
        talking = Set.copyOf(now);
    }

    /// Whether there was an open channel to the node a moment ago, with a peer that answers; any thread.
    public boolean talksTo(NodeId node) {
        return talking.contains(node);
    }

    public int index() {
        return index;
    }

    public Balancer balancer() {
        return balancer;
    }

    public ShardExports exports() {
        return exports;
    }

    /// Runs the task on the event loop: at once if this is it.
    public void execute(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /// Asks for what only the event loop may look at, and waits.
    public <T> T ask(Supplier<T> question) throws InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Event loop " + index + " failed to answer", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Event loop " + index + " does not answer", e);
        }
    }

    void onPacket(ByteBuf packet) {
        channels.onPacket(packet);
    }

    void onPushBack(PushBack pushBack) {
        channels.onPushBack(pushBack);
    }

    void onWritable(NodeId destination, long channel) {
        channels.onWritable(destination, channel);
    }

    void onReachable(NodeId node, boolean reachable) {
        if (reachable) {
            channels.onReachable(node);
        } else {
            channels.onUnreachable(node);
        }
    }

    void onPathDoubted(NodeId node) {
        channels.onPathDoubted(node);
    }

    /// Puts a new view of the exporters in place.
    public void show(ExporterView view) {
        Map<NodeId, RemoteExporter> kept = new HashMap<>();
        Set<NodeId> lost = new HashSet<>();
        Map<ServicePort, List<Candidate>> candidates = new HashMap<>();
        view.exporters().forEach((port, exporters) -> {
            List<Candidate> list = new ArrayList<>();
            for (ExporterView.Exporter exporter : exporters) {
                if (exporter.node().equals(self)) {
                    list.add(own);
                } else if (exporter.reachable()) {
                    list.add(kept.computeIfAbsent(exporter.node(), node -> remote(exporter)));
                } else if (remotes.containsKey(exporter.node())) {
                    lost.add(exporter.node());
                }
            }
            if (list.isEmpty()) {
                exporters.forEach(exporter -> list.add(new UnreachableExporter(exporter.cluster(), wanted)));
            }
            candidates.put(port, list);
        });
        remotes = kept;
        balancer.update(candidates);
        lost.forEach(channels::failHandshakes);
    }

    private RemoteExporter remote(ExporterView.Exporter exporter) {
        RemoteExporter known = remotes.get(exporter.node());
        return known != null ? known : remoteAt(exporter.node(), exporter.cluster());
    }

    private RemoteExporter remoteAt(NodeId node, String cluster) {
        ChannelConnection connection = new ChannelConnection(node, channels);
        return new RemoteExporter(cluster, node.low(), connection, loop.ticker()::nanoTime, random);
    }

    /// Calls of this event loop that are at an exporter now.
    public int outstanding(ServicePort port, NodeId exporter) {
        Candidate candidate = exporter.equals(self) ? own : remotes.get(exporter);
        return candidate == null ? 0 : balancer.outstanding(port, candidate);
    }

    /// Whether this event loop could send it a call, and does not avoid doing so.
    public boolean isHealthy(ServicePort port, NodeId exporter) {
        Candidate candidate = exporter.equals(self) ? own : remotes.get(exporter);
        return candidate != null && !balancer.isEjected(port, candidate);
    }

    public List<Channel> openChannels() {
        return List.copyOf(channels.open());
    }

    public void close() {
        look.cancel(false);
        channels.close();
    }
}
