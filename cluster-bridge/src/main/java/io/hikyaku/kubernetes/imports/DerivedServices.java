package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.service.Import.Pod;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The Services behind a ServiceImport. They have no selectors: their EndpointSlices lead to the bridge's pods.
final class DerivedServices {
    private static final String HEADLESS = "None";
    /// Of a Service with neither address nor selector, Kubernetes says otherwise that it has both families.
    private static final String ONE_FAMILY = "SingleStack";
    /// Bridges are not on every node, so this is the nearest to whatever a service asks for.
    private static final String NEAR = "PreferClose";

    private DerivedServices() {}

    /// The Service that has the imported service's address; a headless one has none.
    static Service whole(MergedService merged, OwnerReference owner) {
        return service(
                merged,
                DerivedName.of(merged.name()),
                owner,
                merged.ports(),
                merged.traits().headless());
    }

    /// The Service that leads to one pod of a headless service.
    static Service ofPod(MergedService merged, Pod pod, OwnerReference owner) {
        String name = DerivedName.ofPod(merged.name(), pod.cluster(), pod.name());
        List<Port> carried =
                merged.ports().stream().filter(DerivedServices::isCarried).toList();
        return service(merged, name, owner, carried, false);
    }

    /// The Service of the imported service's own name, for clusters whose DNS knows no `clusterset.local`.
    static Service alias(MergedService merged, OwnerReference owner) {
        return service(
                merged,
                merged.name().name(),
                owner,
                merged.ports(),
                merged.traits().headless());
    }

    static boolean isCarried(Port port) {
        return port.transport().equals("TCP");
    }

    /// Deleted with the ServiceImport. It does not keep that one from being deleted, which would take a permission
    /// of its own.
    static OwnerReference owner(String apiVersion, ServiceName name, String uid) {
        return new OwnerReferenceBuilder()
                .withApiVersion(apiVersion)
                .withKind("ServiceImport")
                .withName(name.name())
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build();
    }

    private static Service service(
            MergedService merged, String name, OwnerReference owner, List<Port> ports, boolean headless) {
        ServiceName of = merged.name();
        ServiceTraits traits = merged.traits();
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(of.namespace())
                .withLabels(Ownership.labels(of, Map.of(Ownership.SERVICE_NAME, of.name())))
                .withOwnerReferences(owner)
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(headless ? HEADLESS : null)
                .withIpFamilyPolicy(headless ? ONE_FAMILY : null)
                .withPorts(ports.stream().map(port -> port(merged, port)).toList())
                .withTrafficDistribution(traits.trafficDistribution().isPresent() ? NEAR : null)
                .withSessionAffinity(traits.affinitySeconds().isPresent() ? "ClientIP" : "None")
                .endSpec();
        traits.affinitySeconds()
                .ifPresent(seconds -> builder.editSpec()
                        .withNewSessionAffinityConfig()
                        .withNewClientIP()
                        .withTimeoutSeconds(seconds)
                        .endClientIP()
                        .endSessionAffinityConfig()
                        .endSpec());
        return builder.build();
    }

    /// What a port is called in a Service: where there are several, none may be without a name.
    static String portName(MergedService merged, Port port) {
        boolean needed = port.name().isEmpty() && merged.ports().size() > 1;
        return needed ? "port-" + port.port() : port.name();
    }

    private static ServicePort port(MergedService merged, Port port) {
        return new ServicePortBuilder()
                .withName(nullIfEmpty(portName(merged, port)))
                .withProtocol(port.transport())
                .withPort(port.port())
                .withAppProtocol(port.appProtocol().orElse(null))
                .build();
    }

    static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
