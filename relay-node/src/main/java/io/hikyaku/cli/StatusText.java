package io.hikyaku.cli;

import io.hikyaku.status.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// [NodeStatus] for people: a line about the node itself, then a table of each thing it knows.
final class StatusText {
    private static final int SHORT_NODE = 8;
    private static final String NONE = "-";

    private final StringBuilder out = new StringBuilder();

    private StatusText() {}

    static String of(NodeStatus status) {
        StatusText text = new StatusText();
        text.self(status);
        text.kubernetes(status.kubernetes());
        text.findings(status.findings());
        text.links(status.links());
        text.members(status.members());
        text.clusters(status);
        text.services(status.services());
        text.imports(status.imports());
        text.channels(status.channels());
        text.calls(status.calls());
        text.callers(status.calls());
        text.streams(status);
        return text.out.toString();
    }

    private void self(NodeStatus status) {
        out.append(TextTable.printable(status.program() + " " + name(status.member()) + " of mesh " + status.mesh()
                        + ", node " + node(status.node()) + ", version " + status.version() + ", up "
                        + uptime(status.uptimeSeconds()) + ", " + readiness(status)))
                .append('\n');
        NodeStatus.Lifecycle lifecycle = status.lifecycle();
        if (lifecycle != null) {
            reload("configuration", lifecycle.configuration());
            reload("certificate", lifecycle.certificate());
        }
        for (String address : status.listening()) {
            out.append("listening at ").append(TextTable.printable(address)).append('\n');
        }
    }

    private static String readiness(NodeStatus status) {
        boolean draining = status.lifecycle() != null && status.lifecycle().draining();
        return draining ? "draining" : status.ready() ? "ready" : "not ready";
    }

    private void reload(String what, NodeStatus.@Nullable Reload reload) {
        if (reload != null) {
            out.append("changed ").append(what).append(' ').append(TextTable.printable(reload.outcome()));
            out.append(" at ").append(TextTable.printable(reload.time())).append('\n');
            reload.findings()
                    .forEach(finding -> out.append("  ")
                            .append(TextTable.printable(finding))
                            .append('\n'));
        }
    }

    private void kubernetes(NodeStatus.@Nullable Kubernetes kubernetes) {
        if (kubernetes != null) {
            out.append("kubernetes: ")
                    .append(kubernetes.watching() ? "watching" : "the API server does not answer")
                    .append(kubernetes.leads() ? ", leader, " : ", ")
                    .append(kubernetes.exports())
                    .append(" exports, ")
                    .append(kubernetes.imports())
                    .append(" imports, ")
                    .append(kubernetes.waiting())
                    .append(" waiting, ")
                    .append(kubernetes.failing())
                    .append(" failing, ")
                    .append(kubernetes.writes())
                    .append(" writes\n");
        }
    }

    private void findings(List<String> findings) {
        findings.forEach(finding ->
                out.append("left out: ").append(TextTable.printable(finding)).append('\n'));
    }

    private void links(List<NodeStatus.Link> links) {
        TextTable table = new TextTable("LINK", "STATE", "NEIGHBOUR", "NODE", "ROUND TRIP", "QUEUED", "LAST ERROR");
        for (NodeStatus.Link link : links) {
            table.row(
                    link.name(),
                    link.up() ? "up" : link.dialled() ? "dialling" : "greeting",
                    link.member() == null ? NONE : name(link.member()),
                    link.neighbour() == null ? NONE : node(link.neighbour()),
                    roundTrip(link.roundTripMicros()),
                    bytes(link.queuedBytes()),
                    link.lastError() == null ? NONE : link.lastError());
        }
        append(table);
    }

    private void members(List<NodeStatus.Member> members) {
        TextTable table = new TextTable("MEMBER", "NODE", "REACHABLE", "PATH", "DOCUMENT");
        for (NodeStatus.Member member : members) {
            table.row(
                    member.member() == null ? NONE : name(member.member()),
                    node(member.node()),
                    member.reachable() ? "yes" : "no",
                    member.path() == null ? NONE : member.path(),
                    member.documentSequence() == null
                            ? NONE
                            : member.documentSequence().toString());
        }
        append(table);
    }

    /// What is known of whole clusters: by their services and by the channels to them.
    private void clusters(NodeStatus status) {
        TextTable table = new TextTable("CLUSTER", "NODES", "REACHABLE", "SERVICES", "CALLS NOW", "ROUND TRIP");
        ClusterSummary.of(status)
                .forEach(cluster -> table.row(
                        cluster.name(),
                        Integer.toString(cluster.nodes()),
                        Integer.toString(cluster.reachable()),
                        Integer.toString(cluster.services()),
                        Long.toString(cluster.outstanding()),
                        roundTrip(cluster.roundTripMicros())));
        append(table);
    }

    /// Those in progress now, and those that ended within the last minute.
    private void calls(List<NodeStatus.Calls> calls) {
        TextTable table = new TextTable("CALLS", "SIDE", "NOW", "PER SECOND", "FAILED", "P50", "P99");
        for (NodeStatus.Calls one : calls) {
            boolean any = one.perSecond() > 0;
            table.row(
                    one.service(),
                    one.side(),
                    Long.toString(one.inFlight()),
                    String.format(Locale.ROOT, "%.1f", one.perSecond()),
                    any ? String.format(Locale.ROOT, "%.2f %%", one.failedShare() * 100) : NONE,
                    roundTrip(any ? one.p50Micros() : null),
                    roundTrip(any ? one.p99Micros() : null));
        }
        append(table);
    }

    /// Who has called the exported ports since the start.
    private void callers(List<NodeStatus.Calls> calls) {
        TextTable table = new TextTable("CALLED", "BY CLUSTER", "NAMESPACE", "CALLS");
        for (NodeStatus.Calls one : calls) {
            for (NodeStatus.CallsFrom from : one.from()) {
                table.row(
                        one.service(),
                        from.cluster(),
                        from.namespace() == null ? NONE : from.namespace(),
                        Long.toString(from.calls()));
            }
        }
        append(table);
    }

    private void services(List<NodeStatus.Service> services) {
        TextTable table = new TextTable("SERVICE", "PORT", "PROTOCOL", "EXPORTED BY");
        for (NodeStatus.Service service : services) {
            table.row(
                    service.service(),
                    Integer.toString(service.port()),
                    service.protocol(),
                    service.exporters().stream().map(StatusText::exporter).collect(Collectors.joining(", ")));
        }
        append(table);
    }

    private void imports(List<NodeStatus.Import> imports) {
        TextTable table = new TextTable("IMPORT", "PORT", "PROTOCOL", "LISTENING AT", "CONNECTIONS");
        for (NodeStatus.Import one : imports) {
            table.row(
                    one.service(),
                    Integer.toString(one.port()),
                    one.protocol() == null ? "unknown yet" : one.protocol(),
                    one.listen(),
                    Long.toString(one.connections()));
        }
        append(table);
    }

    private void channels(List<NodeStatus.Channel> channels) {
        TextTable table =
                new TextTable("CHANNEL TO", "NODE", "EVENT LOOP", "PATH", "STREAMS", "STALLED", "HELD", "ROUND TRIP");
        for (NodeStatus.Channel channel : channels) {
            table.row(
                    channel.cluster(),
                    node(channel.peer()),
                    Integer.toString(channel.shard()),
                    channel.path() == null ? NONE : channel.path(),
                    Long.toString(channel.streams()),
                    Long.toString(channel.stalled()),
                    bytes(channel.heldBytes()),
                    roundTrip(channel.roundTripMicros()));
        }
        append(table);
    }

    private void streams(NodeStatus status) {
        if (status.program().equals("bridge")) {
            NodeStatus.Streams streams = status.streams();
            out.append("\nstreams: ").append(streams.open()).append(" open, ");
            out.append(streams.opened())
                    .append(" opened, ")
                    .append(streams.reset())
                    .append(" reset\n");
        }
    }

    private void append(TextTable table) {
        if (!table.isEmpty()) {
            out.append('\n').append(table);
        }
    }

    private static String exporter(NodeStatus.Exporter exporter) {
        return exporter.cluster() + " (" + node(exporter.node()) + (exporter.healthy() ? "" : ", unhealthy") + ")";
    }

    /// `relay/relay-1` of `spiffe://demo/relay/relay-1`: the mesh is said once.
    private static String name(String member) {
        String[] parts = member.split("/", 4);
        return parts.length == 4 ? parts[3] : member;
    }

    private static String node(String id) {
        return id.length() > SHORT_NODE ? id.substring(0, SHORT_NODE) : id;
    }

    private static String roundTrip(@Nullable Long micros) {
        return micros == null ? NONE : String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }

    private static String bytes(long bytes) {
        return bytes < 1024 ? bytes + " B" : String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
    }

    private static String uptime(long seconds) {
        Duration up = Duration.ofSeconds(seconds);
        if (up.toHours() > 0) {
            return up.toHours() + "h " + up.toMinutesPart() + "m";
        }
        return up.toMinutes() > 0 ? up.toMinutes() + "m " + up.toSecondsPart() + "s" : seconds + "s";
    }
}
