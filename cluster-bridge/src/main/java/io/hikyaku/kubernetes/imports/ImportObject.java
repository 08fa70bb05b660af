package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import io.fabric8.kubernetes.api.model.SessionAffinityConfigBuilder;
import io.hikyaku.kubernetes.listeners.ListenerKey;
import io.hikyaku.kubernetes.listeners.ListenerPorts;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.mcs.ServiceImportSpec;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A ServiceImport as a bridge writes it (KEP-1645, "ServiceImport").
///
/// @param listeners which port the bridges have for each port
/// @param ips of the derived Service, in its order; empty until it has any
/// @param ipFamilies of the derived Service, in the same order
/// @param derivedService once it exists
public record ImportObject(
        MergedService merged,
        SortedMap<ListenerKey, Integer> listeners,
        List<String> ips,
        List<String> ipFamilies,
        Optional<String> derivedService) {
    private static final String EXPORTED = "hikyaku.io/exported-metadata";

    ServiceImport toApply(McsApi api) {
        ServiceImport object =
                api.newImport(merged.name().namespace(), merged.name().name());
        object.getMetadata()
                .setLabels(Ownership.labels(merged.name(), merged.traits().labels()));
        object.getMetadata().setAnnotations(annotations());
        object.setSpec(spec());
        return object;
    }

    /// Labels and annotations that the exporter asks for, and ours, which come first. Which ones were asked for is
    /// noted, so that one that is asked for no longer is missed.
    private Map<String, String> annotations() {
        ServiceTraits traits = merged.traits();
        Map<String, String> annotations = new TreeMap<>(traits.annotations());
        if (!traits.labels().isEmpty() || !traits.annotations().isEmpty()) {
            int hash = List.of(new TreeMap<>(traits.labels()), new TreeMap<>(traits.annotations()))
                    .hashCode();
            annotations.put(EXPORTED, Integer.toHexString(hash));
        } else {
            annotations.remove(EXPORTED);
        }
        annotations.put(Ownership.LISTENERS, ListenerPorts.text(listeners));
        derivedService.ifPresent(name -> annotations.put(Ownership.DERIVED_SERVICE, name));
        return annotations;
    }

    private ServiceImportSpec spec() {
        ServiceTraits traits = merged.traits();
        return new ServiceImportSpec(
                traits.headless() ? "Headless" : "ClusterSetIP",
                merged.ports().stream().map(ImportObject::port).toList(),
                traits.headless() ? List.of() : ips,
                ipFamilies,
                traits.affinitySeconds().isPresent() ? "ClientIP" : "None",
                traits.affinitySeconds().map(ImportObject::affinity).orElse(null),
                traits.internalTrafficPolicy().orElse(null),
                traits.trafficDistribution().orElse(null));
    }

    private static SessionAffinityConfig affinity(int seconds) {
        return new SessionAffinityConfigBuilder()
                .withNewClientIP()
                .withTimeoutSeconds(seconds)
                .endClientIP()
                .build();
    }

    private static ServiceImportSpec.Port port(Port port) {
        return new ServiceImportSpec.Port(
                DerivedServices.nullIfEmpty(port.name()),
                port.transport(),
                port.appProtocol().orElse(null),
                port.port());
    }

    /// Whether the object in the cluster is this one already, whatever others have added to it.
    static boolean isSame(ServiceImport desired, @Nullable ServiceImport now) {
        return now != null
                && desired.getSpec().equals(now.getSpec())
                && Differences.holdsMetadata(desired, now)
                && desired.getMetadata().getAnnotations().containsKey(EXPORTED)
                        == now.getMetadata().getAnnotations().containsKey(EXPORTED);
    }
}
