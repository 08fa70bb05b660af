package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.imports.BridgeEndpoint;
import io.hikyaku.kubernetes.imports.Ownership;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where pods of this cluster reach its bridges: at the endpoints of a Service that selects the bridges' pods, or at
/// addresses that the configuration names.
final class BridgePods {
    private static final String BEHIND_POD = "_";

    private final List<BridgeEndpoint> fixed;
    private final @Nullable Watched<EndpointSlice> slices;

    private BridgePods(List<BridgeEndpoint> fixed, @Nullable Watched<EndpointSlice> slices) {
        this.fixed = fixed;
        this.slices = slices;
    }

    static BridgePods at(List<String> addresses) {
        return new BridgePods(
                addresses.stream()
                        .map(address -> new BridgeEndpoint(
                                address,
                                address.contains(":") ? "IPv6" : "IPv4",
                                true,
                                true,
                                false,
                                Optional.empty(),
                                Optional.empty()))
                        .toList(),
                null);
    }

    /// @param changed told when a pod came, went, or became ready or not
    static BridgePods of(KubernetesClient client, String namespace, String service, Runnable changed) {
        return new BridgePods(
                List.of(),
                new Watched<>(
                        "endpointslices of the bridge",
                        Stream.of(client.discovery()
                                .v1()
                                .endpointSlices()
                                .inNamespace(namespace)
                                .withLabel(Ownership.SLICE_SERVICE, service)
                                .runnableInformer(0)),
                        Map.of(),
                        slice -> changed.run()));
    }

    CompletableFuture<Void> start() {
        Watched<EndpointSlice> watched = slices;
        return watched == null ? CompletableFuture.completedFuture(null) : watched.start();
    }

    void stop() {
        Watched<EndpointSlice> watched = slices;
        if (watched != null) {
            watched.stop();
        }
    }

    /// In the order of their addresses.
    List<BridgeEndpoint> endpoints() {
        Watched<EndpointSlice> watched = slices;
        if (watched == null) {
            return fixed;
        }
        List<BridgeEndpoint> endpoints = new ArrayList<>();
        watched.all()
                .forEach(slice -> slice.getEndpoints().forEach(endpoint -> {
                    if (!endpoint.getAddresses().isEmpty()) {
                        endpoints.add(endpoint(slice.getAddressType(), endpoint));
                    }
                }));
        endpoints.sort(Comparator.comparing(BridgeEndpoint::address));
        return endpoints;
    }

    /// Whether the pod of a bridge is known to serve nobody any more: it has been deleted, or its program has
    /// ended, while this bridge's own pod is listed and serves, so that what is known is not too old to judge by.
    /// A program that started anew in this pod has no other one beside it either. Where addresses are fixed,
    /// nothing is known.
    ///
    /// @param other the identity of that bridge
    /// @param own this bridge's
    boolean isGone(String other, String own) {
        Watched<EndpointSlice> watched = slices;
        if (watched == null) {
            return false;
        }
        Set<String> serving = watched.all()
                .flatMap(slice -> slice.getEndpoints().stream())
                .filter(endpoint -> endpoint.getTargetRef() != null && isServing(endpoint.getConditions()))
                .map(endpoint -> endpoint.getTargetRef().getName())
                .collect(Collectors.toSet());
        return pod(other).equals(pod(own)) || serving.contains(pod(own)) && !serving.contains(pod(other));
    }

    /// Of this program, among all that ever run as bridges of the cluster: its pod's name, and what tells it
    /// from those that run in the same pod before and after.
    static String newIdentity() {
        return Objects.requireNonNullElse(System.getenv("HOSTNAME"), "bridge") + BEHIND_POD + UUID.randomUUID();
    }

    private static String pod(String identity) {
        return identity.split(BEHIND_POD, 2)[0];
    }

    private static boolean isReady(@Nullable EndpointConditions conditions) {
        return conditions == null || !Boolean.FALSE.equals(conditions.getReady());
    }

    private static boolean isServing(@Nullable EndpointConditions conditions) {
        return conditions == null || conditions.getServing() == null ? isReady(conditions) : conditions.getServing();
    }

    /// What is not said means ready and serving, and not terminating (EndpointSlice API).
    private static BridgeEndpoint endpoint(String family, Endpoint endpoint) {
        EndpointConditions conditions = endpoint.getConditions();
        boolean terminating = conditions != null && Boolean.TRUE.equals(conditions.getTerminating());
        return new BridgeEndpoint(
                endpoint.getAddresses().getFirst(),
                family,
                isReady(conditions),
                isServing(conditions),
                terminating,
                Optional.ofNullable(endpoint.getNodeName()),
                Optional.ofNullable(endpoint.getZone()));
    }
}
