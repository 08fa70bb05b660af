package io.hikyaku.kubernetes.merge;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A service made one of the exports of all clusters. The oldest export decides each property as a whole; ports are the
/// union of all.
///
/// @param clusters that export it, the oldest export first; one at least
/// @param ports without two of one name, or of one number and transport
/// @param traits of the oldest export that says any; its pods are of no meaning here
/// @param conflicts empty: all agree
public record MergedService(
        ServiceName name,
        List<ClusterExport> clusters,
        List<Port> ports,
        ServiceTraits traits,
        List<Conflict> conflicts) {
    private static final String NONE = "None";
    private static final String CLIENT_IP = "ClientIP";

    /// @param exports one for each cluster, in any order; one at least
    public static MergedService of(ServiceName name, List<ClusterExport> exports) {
        List<ClusterExport> sorted =
                exports.stream().sorted(ClusterExport.OLDEST_FIRST).toList();
        List<ClusterExport> telling =
                sorted.stream().filter(ClusterExport::hasTraits).toList();
        List<Port> ports = union(sorted);
        List<Conflict> conflicts = new ArrayList<>();
        portConflict(sorted, ports).ifPresent(conflicts::add);
        for (Property property : PROPERTIES) {
            property.conflict(telling).ifPresent(conflicts::add);
        }
        AFFINITY_CONFIG.conflict(withAffinity(telling)).ifPresent(conflicts::add);
        ServiceTraits traits =
                telling.isEmpty() ? ServiceTraits.NONE : telling.getFirst().traits();
        return new MergedService(name, sorted, ports, traits, List.copyOf(conflicts));
    }

    /// The names of the clusters, oldest export first.
    public List<String> clusterNames() {
        return clusters.stream().map(ClusterExport::cluster).toList();
    }

    private static List<Port> union(List<ClusterExport> oldestFirst) {
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        List<Port> union = new ArrayList<>();
        for (ClusterExport export : oldestFirst) {
            for (Port port : export.ports()) {
                String number = port.transport() + port.port();
                if (!names.contains(port.name()) && !numbers.contains(number)) {
                    names.add(port.name());
                    numbers.add(number);
                    union.add(port);
                }
            }
        }
        return List.copyOf(union);
    }

    private static Optional<Conflict> portConflict(List<ClusterExport> oldestFirst, List<Port> union) {
        Set<Object> oldest = identities(oldestFirst.getFirst().ports());
        long others = oldestFirst.stream()
                .filter(export -> !identities(export.ports()).equals(oldest))
                .count();
        return others == 0
                ? Optional.empty()
                : Optional.of(new Conflict(
                        "PortConflict",
                        ("Conflicting ports. Using the union of all, %s; of two of one name or number, that of the"
                                        + " oldest service export. %d/%d clusters disagree with the oldest, \"%s\".")
                                .formatted(
                                        text(union),
                                        others,
                                        oldestFirst.size(),
                                        oldestFirst.getFirst().cluster())));
    }

    private static String text(List<Port> ports) {
        return ports.stream()
                .map(port -> (port.name().isEmpty() ? "" : port.name() + " ") + port.port() + "/" + port.transport())
                .collect(Collectors.joining(", "));
    }

    /// All of a port that a Service says; what we take its protocol for follows from it.
    private static Set<Object> identities(List<Port> ports) {
        return ports.stream()
                .map(port -> List.of(port.name(), port.port(), port.transport(), port.appProtocol()))
                .collect(Collectors.toSet());
    }

    /// What the oldest export decides.
    ///
    /// @param name in the message
    private record Property(String reason, String name, Function<ServiceTraits, Object> value) {
        Optional<Conflict> conflict(List<ClusterExport> oldestFirst) {
            if (oldestFirst.isEmpty()) {
                return Optional.empty();
            }
            ClusterExport oldest = oldestFirst.getFirst();
            Object used = value.apply(oldest.traits());
            long others = oldestFirst.stream()
                    .filter(export -> !value.apply(export.traits()).equals(used))
                    .count();
            return others == 0
                    ? Optional.empty()
                    : Optional.of(new Conflict(
                            reason,
                            ("Conflicting %s. Using \"%s\" from oldest service export in \"%s\"."
                                            + " %d/%d clusters disagree.")
                                    .formatted(name, used, oldest.cluster(), others, oldestFirst.size())));
        }
    }

    private static final List<Property> PROPERTIES = List.of(
            new Property("TypeConflict", "type", traits -> traits.headless() ? "Headless" : "ClusterSetIP"),
            new Property(
                    "SessionAffinityConflict",
                    "session affinity",
                    traits -> traits.affinitySeconds().isPresent() ? CLIENT_IP : NONE),
            new Property(
                    "InternalTrafficPolicyConflict",
                    "internal traffic policy",
                    traits -> traits.internalTrafficPolicy().orElse("Cluster")),
            new Property(
                    "TrafficDistributionConflict",
                    "traffic distribution",
                    traits -> traits.trafficDistribution().orElse("")),
            new Property("LabelsConflict", "labels", traits -> sorted(traits.labels())),
            new Property("AnnotationsConflict", "annotations", traits -> sorted(traits.annotations())));

    private static final Property AFFINITY_CONFIG = new Property(
            "SessionAffinityConfigConflict",
            "session affinity timeout",
            traits -> traits.affinitySeconds().orElse(0) + "s");

    /// Timeouts are compared only where affinity itself is not what they disagree on.
    private static List<ClusterExport> withAffinity(List<ClusterExport> oldestFirst) {
        return oldestFirst.stream()
                .filter(export -> export.traits().affinitySeconds().isPresent())
                .toList();
    }

    private static Map<String, String> sorted(Map<String, String> texts) {
        return new TreeMap<>(texts);
    }
}
