package io.hikyaku.bridge;

import io.hikyaku.bridge.services.Imports;
import io.hikyaku.bridge.shard.BridgeShard;
import io.hikyaku.bridge.shard.ExporterView;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.observe.meter.CallerCounts;
import io.hikyaku.call.observe.meter.RecentCalls;
import io.hikyaku.call.observe.meter.ServiceCalls;
import io.hikyaku.channel.Channel;
import io.hikyaku.discovery.Discovery;
import io.hikyaku.kubernetes.control.KubernetesSource;
import io.hikyaku.node.MeshNode;
import io.hikyaku.registry.Directory;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.wire.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a bridge says about itself.
///
/// @param kafka if it is configured
/// @param kubernetes if it is configured
record BridgeStatus(
        MeshNode node,
        String version,
        Directory directory,
        ExporterView view,
        Imports imports,
        List<BridgeShard> shards,
        StreamCounters counters,
        CallMetrics metrics,
        @Nullable KafkaSide kafka,
        Discovery discovery,
        @Nullable KubernetesSource kubernetes) {
    NodeStatus status(boolean ready, NodeStatus.Lifecycle lifecycle) {
        List<String> listening = new ArrayList<>();
        node.listening().forEach(url -> listening.add(url.toString()));
        imports.listening().forEach(port -> listening.add(port.address().toString()));
        return new NodeStatus(
                "bridge",
                version,
                node.identity().member().mesh(),
                node.identity().member().uri(),
                node.node().toString(),
                node.uptimeSeconds(),
                ready,
                listening,
                members(),
                links(),
                services(),
                imported(),
                channels(),
                new NodeStatus.Streams(
                        counters.open(), counters.opened.sum(), counters.resetHere.sum() + counters.resetByPeer.sum()),
                lifecycle,
                calls(),
                kubernetesSide(),
                discovery.findings());
    }

    private NodeStatus.@Nullable Kubernetes kubernetesSide() {
        KubernetesSource source = kubernetes;
        return source == null
                ? null
                : source.state()
                        .map(state -> new NodeStatus.Kubernetes(
                                state.watching(),
                                state.leads(),
                                state.exports(),
                                state.imports(),
                                state.waiting(),
                                state.failing(),
                                state.writes()))
                        .orElse(null);
    }

    private List<NodeStatus.Calls> calls() {
        return metrics.all().stream()
                .map(BridgeStatus::calls)
                .sorted(Comparator.comparing(NodeStatus.Calls::service).thenComparing(NodeStatus.Calls::side))
                .toList();
    }

    private static NodeStatus.Calls calls(ServiceCalls service) {
        RecentCalls.Minute minute = service.lastMinute();
        return new NodeStatus.Calls(
                service.service(),
                service.side().toString(),
                service.inFlight(),
                minute.perSecond(),
                minute.failedShare(),
                TimeUnit.NANOSECONDS.toMicros(minute.p50Nanos()),
                TimeUnit.NANOSECONDS.toMicros(minute.p99Nanos()),
                service.callers().all().stream()
                        .map(BridgeStatus::callsFrom)
                        .sorted(Comparator.comparingLong(NodeStatus.CallsFrom::calls)
                                .reversed()
                                .thenComparing(NodeStatus.CallsFrom::cluster)
                                .thenComparing(from -> String.valueOf(from.namespace())))
                        .toList());
    }

    private static NodeStatus.CallsFrom callsFrom(CallerCounts.Counted counted) {
        String namespace = counted.namespace().isEmpty() ? null : counted.namespace();
        return new NodeStatus.CallsFrom(counted.cluster(), namespace, counted.calls());
    }

    private List<NodeStatus.Member> members() {
        return directory.live().values().stream()
                .map(document -> new NodeStatus.Member(
                        document.node().toString(),
                        document.member(),
                        node.router().pathTo(document.node()).isPresent(),
                        path(document.node()),
                        document.sequence()))
                .toList();
    }

    private @Nullable String path(NodeId other) {
        return node.router().pathTo(other).map(path -> "via " + path.link()).orElse(null);
    }

    private List<NodeStatus.Link> links() {
        List<NodeStatus.Link> links = new ArrayList<>();
        node.links().status().forEach(status -> links.add(MeshNode.linkStatus(status)));
        if (kafka != null) {
            var status = kafka.status();
            links.add(new NodeStatus.Link(
                    "kafka " + status.brokers(),
                    true,
                    status.up(),
                    null,
                    null,
                    status.roundTripMicros() < 0 ? null : status.roundTripMicros(),
                    status.queuedBytes(),
                    kafka.failure().orElse(null)));
        }
        return links;
    }

    /// What one event loop sees of an exporter of a port.
    private record Seen(long outstanding, boolean healthy) {}

    private List<NodeStatus.Service> services() {
        List<Map<ServicePort, Map<NodeId, Seen>>> loops = askAll(this::seenBy); // each once, however many there are
        return view.exporters().entrySet().stream()
                .map(entry -> new NodeStatus.Service(
                        entry.getKey().service(),
                        entry.getKey().port(),
                        String.valueOf(view.protocols().get(entry.getKey())),
                        entry.getValue().stream()
                                .map(exporter -> exporter(loops, entry.getKey(), exporter))
                                .toList()))
                .sorted(Comparator.comparing(NodeStatus.Service::service).thenComparing(NodeStatus.Service::port))
                .toList();
    }

    private Map<ServicePort, Map<NodeId, Seen>> seenBy(BridgeShard shard) {
        Map<ServicePort, Map<NodeId, Seen>> seen = new HashMap<>();
        view.exporters().forEach((port, exporters) -> {
            Map<NodeId, Seen> ofPort = new HashMap<>();
            for (ExporterView.Exporter exporter : exporters) {
                NodeId at = exporter.node();
                ofPort.put(at, new Seen(shard.outstanding(port, at), shard.isHealthy(port, at)));
            }
            seen.put(port, ofPort);
        });
        return seen;
    }

    private static NodeStatus.Exporter exporter(
            List<Map<ServicePort, Map<NodeId, Seen>>> loops, ServicePort port, ExporterView.Exporter exporter) {
        long outstanding = 0;
        boolean healthy = exporter.reachable();
        for (Map<ServicePort, Map<NodeId, Seen>> loop : loops) {
            Seen seen = loop.getOrDefault(port, Map.of()).getOrDefault(exporter.node(), new Seen(0, false));
            outstanding += seen.outstanding;
            healthy &= seen.healthy;
        }
        return new NodeStatus.Exporter(exporter.cluster(), exporter.node().toString(), healthy, outstanding);
    }

    private List<NodeStatus.Import> imported() {
        return imports.listening().stream()
                .map(port -> new NodeStatus.Import(
                        port.port().service(),
                        port.port().port(),
                        port.address().toString(),
                        port.protocol().map(Object::toString).orElse(null),
                        port.connections()))
                .toList();
    }

    private List<NodeStatus.Channel> channels() {
        return askAll(shard -> shard.openChannels().stream()
                        .map(channel -> channel(shard, channel))
                        .toList())
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /// Asks each event loop for what only it may look at.
    private <T> List<T> askAll(Function<BridgeShard, T> question) {
        List<T> answers = new ArrayList<>();
        for (BridgeShard shard : shards) {
            try {
                answers.add(shard.ask(() -> question.apply(shard)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return answers;
    }

    private NodeStatus.Channel channel(BridgeShard shard, Channel channel) {
        StreamMux mux = (StreamMux) channel.user();
        long roundTrip = channel.roundTripNanos();
        return new NodeStatus.Channel(
                channel.peer().node().toString(),
                channel.peer().member().name(),
                shard.index(),
                path(channel.peer().node()),
                mux.openStreams(),
                roundTrip < 0 ? null : TimeUnit.NANOSECONDS.toMicros(roundTrip),
                mux.stalledStreams(),
                mux.heldBytes());
    }
}
