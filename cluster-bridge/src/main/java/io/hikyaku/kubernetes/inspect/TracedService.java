package io.hikyaku.kubernetes.inspect;

import io.hikyaku.cli.TextTable;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.status.NodeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Where calls of an imported service go: what the objects of the importing cluster say, and what its bridges say.
///
/// @param serviceImport the object
/// @param slices EndpointSlices of the Multi-Cluster Services API for it
/// @param bridges of this cluster
record TracedService(JsonNode serviceImport, List<JsonNode> slices, StatusFold bridges) {
    private static final String NONE = "-";
    /// Weights within a quarter of each other are equal, and take turns (docs/decisions/013).
    private static final double EQUAL = 1.25;

    private static final double MOST_WEIGHT = 16;

    /// A cluster that exports a port.
    ///
    /// @param healthy bridges of it that take calls, as the bridges here see it
    /// @param outstanding calls in progress there
    private record Exporter(
            String cluster,
            int nodes,
            int healthy,
            long outstanding,
            @Nullable Long roundTripMicros) {
        /// What the next call there costs.
        double cost() {
            double millis = roundTripMicros == null ? 0 : roundTripMicros / 1000.0;
            return (outstanding + 1) * Math.min(MOST_WEIGHT, Math.sqrt(1 + millis));
        }
    }

    String name() {
        return serviceImport.at("/metadata/namespace").asString("") + "/"
                + serviceImport.at("/metadata/name").asString("");
    }

    /// The ports that callers know.
    List<Integer> ports() {
        return serviceImport
                .at("/spec/ports")
                .valueStream()
                .map(port -> port.path("port").asInt(0))
                .toList();
    }

    /// The port of each bridge's pod at which it takes calls for a port of the service.
    OptionalInt listener(int port) {
        String listeners = annotation(Ownership.LISTENERS);
        for (String one : listeners.split(",")) {
            String[] parts = one.split("=", 2);
            if (parts.length == 2 && parts[0].equals(Integer.toString(port)) && parts[1].matches("\\d{1,5}")) {
                return OptionalInt.of(Integer.parseInt(parts[1]));
            }
        }
        return OptionalInt.empty();
    }

    /// @param ports of the service to look at
    String text(List<Integer> ports) {
        StringBuilder text = new StringBuilder();
        String[] parts = name().split("/");
        String ips = serviceImport
                .at("/spec/ips")
                .valueStream()
                .map(ip -> ip.asString(""))
                .collect(Collectors.joining(", "));
        text.append(name() + ": " + serviceImport.at("/spec/type").asString("") + " " + ips + ", Ready "
                + ServiceObjects.condition(serviceImport, "Ready") + "\n");
        text.append("name: ").append(parts[1] + "." + parts[0] + ".svc.clusterset.local\n");
        text.append("service: ")
                .append(orNone(annotation(Ownership.DERIVED_SERVICE)))
                .append('\n');
        for (int port : ports) {
            OptionalInt listener = listener(port);
            text.append("\nport ")
                    .append(port)
                    .append(", ")
                    .append(protocol(port))
                    .append(", bridges listen at ");
            text.append(listener.isPresent() ? Integer.toString(listener.getAsInt()) : "no port")
                    .append('\n');
            text.append(table(port)).append(choice(port)).append('\n');
        }
        return text.toString().lines().map(TextTable::printable).collect(Collectors.joining("\n")) + "\n";
    }

    private TextTable table(int port) {
        TextTable table = new TextTable("CLUSTER", "BRIDGES", "ENDPOINTS READY", "CALLS NOW", "ROUND TRIP", "PATH");
        Map<String, Exporter> exporters = exporters(port);
        SortedSet<String> clusters = new TreeSet<>(exporters.keySet());
        clusters.addAll(ServiceObjects.clusters(serviceImport));
        for (String cluster : clusters) {
            Exporter exporter = exporters.get(cluster);
            table.row(
                    cluster,
                    exporter == null ? NONE : exporter.healthy() + " of " + exporter.nodes(),
                    endpoints(cluster, port),
                    exporter == null ? NONE : Long.toString(exporter.outstanding()),
                    exporter == null ? NONE : StatusFold.millis(exporter.roundTripMicros()),
                    path(cluster));
        }
        return table;
    }

    /// Which cluster the next call goes to, and why.
    private String choice(int port) {
        List<Exporter> usable = exporters(port).values().stream()
                .filter(exporter -> exporter.healthy() > 0)
                .sorted(Comparator.comparingDouble(Exporter::cost))
                .toList();
        if (bridges.statuses().isEmpty()) {
            return "no bridge here says where calls go";
        }
        if (usable.isEmpty()) {
            return "no cluster takes calls: none that exports the port is reached and healthy";
        }
        Exporter first = usable.getFirst();
        List<Exporter> equal = usable.stream()
                .filter(other -> other.cost() <= first.cost() * EQUAL)
                .toList();
        if (equal.size() > 1) {
            return "calls take turns: " + equal.stream().map(Exporter::cluster).collect(Collectors.joining(", "))
                    + " cost nearly the same";
        }
        String others = usable.stream()
                .skip(1)
                .map(other -> other.cluster() + " " + cost(other))
                .collect(Collectors.joining(", "));
        return "calls go to " + first.cluster() + ": "
                + (others.isEmpty() ? "nobody else takes them" : "costs least, " + cost(first) + " (" + others + ")");
    }

    private static String cost(Exporter exporter) {
        return String.format(Locale.ROOT, "%.1f", exporter.cost());
    }

    private Map<String, Exporter> exporters(int port) {
        Map<String, Map<String, Boolean>> nodes = new TreeMap<>();
        Map<String, Long> outstanding = new TreeMap<>();
        bridges.statuses().stream()
                .flatMap(status -> status.services().stream())
                .filter(service -> service.service().equals(name()) && service.port() == port)
                .flatMap(service -> service.exporters().stream())
                .forEach(exporter -> {
                    nodes.computeIfAbsent(exporter.cluster(), unknown -> new TreeMap<>())
                            .merge(exporter.node(), exporter.healthy(), Boolean::logicalOr);
                    outstanding.merge(exporter.cluster(), exporter.outstanding(), Long::sum);
                });
        String own = bridges.statuses().stream()
                .map(status -> StatusFold.cluster(status.member()))
                .findFirst()
                .orElse("");
        Map<String, Exporter> exporters = new TreeMap<>();
        nodes.forEach((cluster, all) -> exporters.put(
                cluster,
                new Exporter(
                        cluster,
                        all.size(),
                        Math.toIntExact(
                                all.values().stream().filter(each -> each).count()),
                        outstanding.getOrDefault(cluster, 0L),
                        cluster.equals(own) ? Long.valueOf(0) : bridges.roundTrip(cluster))));
        return exporters;
    }

    private String endpoints(String cluster, int port) {
        int ready = 0;
        int all = 0;
        for (JsonNode slice : slices) {
            String of = slice.path("metadata")
                    .path("labels")
                    .path(Ownership.SOURCE_CLUSTER)
                    .asString("");
            if (of.equals(cluster) && has(slice, port)) {
                for (JsonNode endpoint : slice.path("endpoints")) {
                    all++;
                    ready += endpoint.at("/conditions/ready").asBoolean(true) ? 1 : 0;
                }
            }
        }
        return ready + " of " + all;
    }

    /// The slice of a headless service has the port itself, of any other the listener's.
    private boolean has(JsonNode slice, int port) {
        int listener = listener(port).orElse(port);
        return slice.path("ports")
                .valueStream()
                .map(each -> each.path("port").asInt(0))
                .anyMatch(number -> number == listener || number == port);
    }

    /// Of the channels there, or else of its nodes.
    private String path(String cluster) {
        List<String> paths = new ArrayList<>(bridges.channels().getOrDefault(cluster, List.of()).stream()
                .map(NodeStatus.Channel::path)
                .filter(Objects::nonNull)
                .distinct()
                .toList());
        if (paths.isEmpty()) {
            bridges.statuses().stream()
                    .flatMap(status -> status.members().stream())
                    .filter(member -> member.member() != null
                            && member.member().endsWith("/cluster/" + cluster)
                            && member.path() != null)
                    .map(NodeStatus.Member::path)
                    .distinct()
                    .forEach(paths::add);
        }
        return orNone(String.join(", ", paths));
    }

    String protocol(int port) {
        Optional<String> seen = bridges.statuses().stream()
                .flatMap(status -> status.services().stream())
                .filter(service -> service.service().equals(name()) && service.port() == port)
                .map(NodeStatus.Service::protocol)
                .findFirst();
        return seen.orElse("unknown protocol");
    }

    private String annotation(String name) {
        return serviceImport.path("metadata").path("annotations").path(name).asString("");
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }
}
