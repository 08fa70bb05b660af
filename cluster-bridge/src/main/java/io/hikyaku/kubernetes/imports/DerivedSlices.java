package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.listeners.ListenerKey;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.service.Import.Pod;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The EndpointSlices of a ServiceImport (KEP-1645, "EndpointSlice"): one for each source cluster and address family,
/// so that traffic for a port goes only where the port is exported.
///
/// @param listeners which port the bridges have for each port
/// @param bridges where pods reach them
/// @param down clusters that no path has led to for a while
record DerivedSlices(
        MergedService merged,
        SortedMap<ListenerKey, Integer> listeners,
        List<BridgeEndpoint> bridges,
        List<String> down,
        OwnerReference owner) {
    private static final List<String> FAMILIES = List.of("IPv4", "IPv6");

    /// A pod of a headless service, and the address of the Service that leads to it.
    record PodAddress(Pod pod, String address, String family) {}

    /// Those of a service with an address of its own: each leads to the bridges.
    List<EndpointSlice> toBridges() {
        List<EndpointSlice> slices = new ArrayList<>();
        for (ClusterExport cluster : merged.clusters()) {
            List<EndpointPort> ports = merged.ports().stream()
                    .filter(port -> DerivedServices.isCarried(port) && cluster.has(port))
                    .flatMap(port -> port(port, ListenerKey.of(port.port())).stream())
                    .toList();
            boolean usable = isUsable(cluster);
            for (String family : FAMILIES) {
                List<Endpoint> endpoints = endpoints(family, usable);
                if (!endpoints.isEmpty()) {
                    String service = DerivedName.of(merged.name());
                    slices.add(slice(service, cluster.cluster(), family, ports, endpoints));
                }
            }
        }
        return slices;
    }

    /// Those of a headless service: each pod is at the address of a Service for it alone.
    List<EndpointSlice> toPods(List<PodAddress> pods) {
        List<EndpointSlice> slices = new ArrayList<>();
        for (ClusterExport cluster : merged.clusters()) {
            List<EndpointPort> ports = merged.ports().stream()
                    .filter(port -> DerivedServices.isCarried(port) && cluster.has(port))
                    .map(port -> port(port, port.port()))
                    .toList();
            for (String family : FAMILIES) {
                List<Endpoint> endpoints = pods.stream()
                        .filter(pod -> pod.pod().cluster().equals(cluster.cluster())
                                && pod.family().equals(family))
                        .map(pod -> endpoint(pod, isUsable(cluster)))
                        .toList();
                if (!endpoints.isEmpty()) {
                    slices.add(slice(DerivedName.of(merged.name()), cluster.cluster(), family, ports, endpoints));
                }
            }
        }
        return slices;
    }

    /// Those of the Service for one pod, which are no endpoints of the ServiceImport itself.
    List<EndpointSlice> ofPod(Pod pod) {
        List<EndpointPort> ports = merged.ports().stream()
                .filter(DerivedServices::isCarried)
                .flatMap(port -> port(port, new ListenerKey(Optional.of(pod), port.port())).stream())
                .toList();
        String service = DerivedName.ofPod(merged.name(), pod.cluster(), pod.name());
        return plain(service, ports, !down.contains(pod.cluster()));
    }

    /// Those of the alias Service.
    List<EndpointSlice> ofAlias() {
        List<EndpointPort> ports = merged.ports().stream()
                .filter(DerivedServices::isCarried)
                .flatMap(port -> port(port, ListenerKey.of(port.port())).stream())
                .toList();
        return plain(merged.name().name(), ports, merged.clusters().stream().anyMatch(this::isUsable));
    }

    private List<EndpointSlice> plain(String service, List<EndpointPort> ports, boolean usable) {
        List<EndpointSlice> slices = new ArrayList<>();
        for (String family : FAMILIES) {
            List<Endpoint> endpoints = endpoints(family, usable);
            if (!endpoints.isEmpty()) {
                String name = service + "-hikyaku-" + family.toLowerCase(Locale.ROOT);
                slices.add(slice(name, family, Map.of(Ownership.SLICE_SERVICE, service), ports, endpoints));
            }
        }
        return slices;
    }

    private boolean isUsable(ClusterExport cluster) {
        return !down.contains(cluster.cluster()) && merged.ports().stream().anyMatch(port -> hasTarget(cluster, port));
    }

    private static boolean hasTarget(ClusterExport cluster, Port port) {
        return cluster.ports().stream().anyMatch(own -> own.port() == port.port() && own.ready());
    }

    private Optional<EndpointPort> port(Port port, ListenerKey key) {
        return Optional.ofNullable(listeners.get(key)).map(number -> port(port, number));
    }

    private EndpointPort port(Port port, int number) {
        return new EndpointPortBuilder()
                .withName(DerivedServices.portName(merged, port))
                .withProtocol(port.transport())
                .withPort(number)
                .withAppProtocol(port.appProtocol().orElse(null))
                .build();
    }

    private List<Endpoint> endpoints(String family, boolean usable) {
        return bridges.stream()
                .filter(bridge -> bridge.family().equals(family))
                .map(bridge -> new EndpointBuilder()
                        .withAddresses(bridge.address())
                        .withNewConditions()
                        .withReady(usable && bridge.ready())
                        .withServing(bridge.serving())
                        .withTerminating(bridge.terminating())
                        .endConditions()
                        .withNodeName(bridge.node().orElse(null))
                        .withZone(bridge.zone().orElse(null))
                        .build())
                .toList();
    }

    private static Endpoint endpoint(PodAddress pod, boolean usable) {
        return new EndpointBuilder()
                .withAddresses(pod.address())
                .withHostname(pod.pod().name().isEmpty() ? null : pod.pod().name())
                .withNewConditions()
                .withReady(usable)
                .withServing(usable)
                .withTerminating(false)
                .endConditions()
                .build();
    }

    /// The same slice, as it is to be applied, with no endpoint that takes new connections.
    static EndpointSlice unready(EndpointSlice slice) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(slice.getMetadata().getName())
                .withNamespace(slice.getMetadata().getNamespace())
                .withLabels(slice.getMetadata().getLabels())
                .withOwnerReferences(slice.getMetadata().getOwnerReferences())
                .endMetadata()
                .withAddressType(slice.getAddressType())
                .withPorts(slice.getPorts())
                .withEndpoints(slice.getEndpoints().stream()
                        .map(endpoint -> endpoint.edit()
                                .editOrNewConditions()
                                .withReady(false)
                                .endConditions()
                                .build())
                        .toList())
                .build();
    }

    private EndpointSlice slice(
            String service, String cluster, String family, List<EndpointPort> ports, List<Endpoint> endpoints) {
        String name = service + "-" + cluster + (family.equals("IPv4") ? "" : "-" + family.toLowerCase(Locale.ROOT));
        Map<String, String> labels = new TreeMap<>();
        labels.put(Ownership.SLICE_SERVICE, service);
        labels.put(Ownership.SERVICE_NAME, merged.name().name());
        labels.put(Ownership.SOURCE_CLUSTER, cluster);
        return slice(name, family, labels, ports, endpoints);
    }

    private EndpointSlice slice(
            String name, String family, Map<String, String> own, List<EndpointPort> ports, List<Endpoint> endpoints) {
        ServiceName of = merged.name();
        Map<String, String> labels = new TreeMap<>(own);
        labels.put(Ownership.SLICE_MANAGED_BY, Ownership.SLICE_MANAGER);
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(of.namespace())
                .withLabels(Ownership.labels(of, labels))
                .withOwnerReferences(owner)
                .endMetadata()
                .withAddressType(family)
                .withPorts(ports)
                .withEndpoints(endpoints)
                .build();
    }
}
