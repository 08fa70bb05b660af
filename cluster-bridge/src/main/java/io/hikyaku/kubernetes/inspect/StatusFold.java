package io.hikyaku.kubernetes.inspect;

import io.hikyaku.cli.TextTable;
import io.hikyaku.status.NodeStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The statuses of a bridge's replicas as one: what all of them say stands there once.
final class StatusFold {
    private static final String NONE = "-";

    private final List<PodStatus> pods;
    private final List<NodeStatus> statuses;

    StatusFold(List<PodStatus> pods) {
        this.pods = pods;
        statuses = pods.stream().flatMap(pod -> pod.status().stream()).toList();
    }

    /// For people.
    String text() {
        StringBuilder text = new StringBuilder();
        statuses.stream()
                .findFirst()
                .ifPresent(one -> text.append(
                        TextTable.printable("bridge of cluster " + cluster(one.member()) + " of mesh " + one.mesh())
                                + "\n\n"));
        text.append(podTable());
        for (TextTable table : List.of(linkTable(), clusterTable(), serviceTable())) {
            if (!table.isEmpty()) {
                text.append('\n').append(table);
            }
        }
        SortedSet<String> findings = new TreeSet<>();
        statuses.forEach(status -> findings.addAll(status.findings()));
        findings.forEach(finding ->
                text.append("\nleft out: ").append(TextTable.printable(finding)).append('\n'));
        return text.toString();
    }

    private TextTable podTable() {
        TextTable table = new TextTable("POD", "READY", "VERSION", "KUBERNETES", "EXPORTS", "IMPORTS", "FAILING");
        for (PodStatus pod : pods) {
            NodeStatus status = pod.status().orElse(null);
            NodeStatus.Kubernetes side = status == null ? null : status.kubernetes();
            table.row(
                    pod.pod().name(),
                    pod.pod().isEnding() ? "ending" : pod.pod().isReady() ? "yes" : "no",
                    status == null ? pod.trouble() : status.version(),
                    side == null ? NONE : side.watching() ? side.leads() ? "leader" : "watching" : "away",
                    side == null ? NONE : Integer.toString(side.exports()),
                    side == null ? NONE : Integer.toString(side.imports()),
                    side == null ? NONE : Integer.toString(side.failing()));
        }
        return table;
    }

    /// Links of one name: there is one for each event loop of each pod.
    private TextTable linkTable() {
        Map<String, List<NodeStatus.Link>> byName = new LinkedHashMap<>();
        statuses.forEach(status -> status.links()
                .forEach(link -> byName.computeIfAbsent(link.name(), unknown -> new ArrayList<>())
                        .add(link)));
        TextTable table = new TextTable("LINK", "UP", "ROUND TRIP", "LAST ERROR");
        byName.forEach((name, links) -> table.row(
                name,
                links.stream().filter(NodeStatus.Link::up).count() + " of " + links.size(),
                millis(least(
                        links.stream().map(NodeStatus.Link::roundTripMicros).toList())),
                links.stream()
                        .filter(link -> !link.up())
                        .map(NodeStatus.Link::lastError)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(NONE)));
        return table;
    }

    private TextTable clusterTable() {
        TextTable table = new TextTable("CLUSTER", "PATH", "ROUND TRIP");
        channels()
                .forEach((cluster, channels) -> table.row(
                        cluster,
                        String.join(
                                ", ",
                                channels.stream()
                                        .map(NodeStatus.Channel::path)
                                        .filter(Objects::nonNull)
                                        .distinct()
                                        .toList()),
                        millis(roundTrip(cluster))));
        return table;
    }

    private TextTable serviceTable() {
        SortedMap<String, SortedMap<String, Boolean>> services = new TreeMap<>();
        statuses.forEach(status -> status.services()
                .forEach(service -> service.exporters()
                        .forEach(exporter -> services.computeIfAbsent(
                                        service.service() + ":" + service.port(), unknown -> new TreeMap<>())
                                .merge(exporter.cluster(), exporter.healthy(), Boolean::logicalOr))));
        TextTable table = new TextTable("SERVICE", "EXPORTED BY");
        services.forEach((service, clusters) -> table.row(
                service,
                String.join(
                        ", ",
                        clusters.entrySet().stream()
                                .map(each -> each.getKey() + (each.getValue() ? "" : " (unhealthy)"))
                                .toList())));
        return table;
    }

    /// Of all pods, by the cluster that they lead to.
    SortedMap<String, List<NodeStatus.Channel>> channels() {
        SortedMap<String, List<NodeStatus.Channel>> channels = new TreeMap<>();
        statuses.forEach(status -> status.channels()
                .forEach(channel -> channels.computeIfAbsent(channel.cluster(), unknown -> new ArrayList<>())
                        .add(channel)));
        return channels;
    }

    /// The least that a channel to the cluster has measured.
    @Nullable
    Long roundTrip(String cluster) {
        return least(channels().getOrDefault(cluster, List.of()).stream()
                .map(NodeStatus.Channel::roundTripMicros)
                .toList());
    }

    List<NodeStatus> statuses() {
        return statuses;
    }

    private static @Nullable Long least(List<@Nullable Long> micros) {
        return micros.stream().filter(Objects::nonNull).min(Long::compare).orElse(null);
    }

    static String millis(@Nullable Long micros) {
        return micros == null ? NONE : String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }

    /// The last part of a SPIFFE id.
    static String cluster(String member) {
        return member.substring(member.lastIndexOf('/') + 1);
    }
}
