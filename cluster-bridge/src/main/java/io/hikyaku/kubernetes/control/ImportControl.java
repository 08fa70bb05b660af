package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.imports.ImportReconciler;
import io.hikyaku.kubernetes.imports.ImportReconciler.Surroundings;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.listeners.ListenerPorts;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.mcs.ServiceImportStatus;
import io.hikyaku.kubernetes.merge.MergedService;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the leader makes of the mesh in its cluster. For any thread; one at a time for each service.
final class ImportControl {
    private final McsApi api;
    private final KubernetesClient client;
    private final KubernetesConfig config;
    private final ClusterCache cache;
    private final MeshState mesh;
    private final BridgePods pods;
    private final ServerSideApply writer;
    private final Clock clock;
    private @Nullable ImportReconciler reconciler;

    ImportControl(
            McsApi api,
            KubernetesClient client,
            KubernetesConfig config,
            ClusterCache cache,
            MeshState mesh,
            BridgePods pods,
            ServerSideApply writer,
            Clock clock) {
        this.api = api;
        this.client = client;
        this.config = config;
        this.cache = cache;
        this.mesh = mesh;
        this.pods = pods;
        this.writer = writer;
        this.clock = clock;
    }

    /// Another bridge may have led meanwhile: what it did has to be learnt.
    synchronized void forget() {
        reconciler = null;
    }

    /// Brings what stands for the service to where it should be.
    ///
    /// @return after which time it has to be looked at again; empty: when something changes
    Optional<Duration> bring(ServiceName service) {
        if (!cache.missingForImports().isEmpty()) {
            return Optional.empty();
        }
        ImportReconciler to = learnt();
        Optional<MergedService> merged =
                mesh.exports().merged(service).filter(any -> cache.hasNamespace(service.namespace()));
        if (merged.isPresent()) {
            to.bring(merged.get(), new Surroundings(pods.endpoints(), mesh.down()));
        } else if (isKept(service)) {
            to.keep(service, mesh.down());
            return Optional.of(MeshState.KEPT);
        } else {
            to.remove(service);
        }
        return Optional.empty();
    }

    /// Whether nobody exports it only because the clusters that did are away.
    private boolean isKept(ServiceName service) {
        ServiceImport object = cache.serviceImport(service);
        ServiceImportStatus status = object == null ? null : object.getStatus();
        return status != null
                && cache.hasNamespace(service.namespace())
                && status.clusters().stream().anyMatch(one -> mesh.isKept(one.cluster()));
    }

    /// A new leader learns from the API server itself which ports are in use.
    private synchronized ImportReconciler learnt() {
        ImportReconciler known = reconciler;
        if (known != null) {
            return known;
        }
        ListenerPorts ports = new ListenerPorts(config.ports());
        Stream<ServiceImport> all = config.namespaces().isEmpty()
                ? api.imports(client).inAnyNamespace().list().getItems().stream()
                : config.namespaces().stream()
                        .flatMap(namespace -> api.imports(client).inNamespace(namespace).list().getItems().stream());
        all.filter(Ownership::isOurs)
                .forEach(object -> ClusterCache.name(object)
                        .ifPresent(name -> ports.learn(name, ListenerPorts.parse(Ownership.listeners(object)))));
        ImportReconciler made = new ImportReconciler(api, cache, writer, ports, config.alias(), clock);
        reconciler = made;
        return made;
    }
}
