package io.hikyaku.bridge.shard;

import io.hikyaku.call.ServicePort;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.identity.Member;
import io.hikyaku.service.Protocol;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Which nodes export what, at one moment; immutable. Where exporters of a port disagree on its protocol, the one of
/// the oldest export counts and the others are left out. One without a target is left out as long as another has one
/// and can be reached; if there is none, all stay, so that callers hear the reason, or are served by one that has just
/// become ready.
///
/// @param exporters of each port
/// @param protocols of each port, as its oldest exporter says, reachable or not
public record ExporterView(Map<ServicePort, List<Exporter>> exporters, Map<ServicePort, Protocol> protocols) {
    public static final ExporterView NOTHING = new ExporterView(Map.of(), Map.of());

    /// An instance that exports a port.
    ///
    /// @param reachable whether packets find a path to it now
    public record Exporter(NodeId node, String cluster, boolean reachable) {}

    /// @param ready whether it has a target for the port
    private record Offer(Exporter exporter, Protocol protocol, boolean ready, long since) {
        boolean serves() {
            return ready && exporter.reachable();
        }
    }

    /// @param documents of all live nodes, this one's own among them
    /// @param reachable whether packets find a path to a node now
    public static ExporterView of(Collection<NodeDocument> documents, Predicate<NodeId> reachable) {
        Map<ServicePort, List<Offer>> offers = new HashMap<>();
        for (NodeDocument document : documents) {
            collect(document, reachable.test(document.node()), offers);
        }
        Map<ServicePort, List<Exporter>> exporters = new HashMap<>();
        Map<ServicePort, Protocol> protocols = new HashMap<>();
        offers.forEach((port, all) -> {
            all.sort(Comparator.comparingLong(Offer::since)
                    .thenComparing(offer -> offer.exporter().node()));
            Protocol protocol = all.getFirst().protocol();
            protocols.put(port, protocol);
            List<Offer> same =
                    all.stream().filter(offer -> offer.protocol() == protocol).toList();
            boolean served = same.stream().anyMatch(Offer::serves);
            exporters.put(
                    port,
                    same.stream()
                            .filter(offer -> offer.ready() || !served)
                            .map(Offer::exporter)
                            .toList());
        });
        return new ExporterView(Map.copyOf(exporters), Map.copyOf(protocols));
    }

    /// Whether a call to the port could be sent to any exporter now.
    public boolean reaches(ServicePort port) {
        return exporters.getOrDefault(port, List.of()).stream().anyMatch(Exporter::reachable);
    }

    private static void collect(NodeDocument document, boolean reachable, Map<ServicePort, List<Offer>> offers) {
        Member member = Member.parse(document.member());
        if (!member.isCluster() || document.leaving()) {
            return;
        }
        Exporter exporter = new Exporter(document.node(), member.name(), reachable);
        for (ExportedService export : document.exports()) {
            for (NodeDocument.Port port : export.ports()) {
                protocol(port.protocol()).ifPresent(protocol -> {
                    add(offers, export.service(), port, new Offer(exporter, protocol, port.ready(), export.since()));
                    Offer ofPod = new Offer(exporter, protocol, true, export.since()); // only ready ones are named
                    for (String pod : export.traits().pods()) {
                        add(offers, ServiceName.pod(export.service(), member.name(), pod), port, ofPod);
                    }
                });
            }
        }
    }

    private static void add(Map<ServicePort, List<Offer>> offers, String service, NodeDocument.Port port, Offer offer) {
        offers.computeIfAbsent(new ServicePort(service, port.port()), unknown -> new ArrayList<>())
                .add(offer);
    }

    /// Empty for a protocol of a later version, which this bridge cannot call.
    private static Optional<Protocol> protocol(String name) {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.toString().equals(name)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }
}
