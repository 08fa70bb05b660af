package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.imports.DerivedName;
import io.hikyaku.kubernetes.imports.ImportCache;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.ServiceExport;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a bridge knows of its Kubernetes cluster. Each change names the services that it may matter to.
final class ClusterCache implements ImportCache {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCache.class);
    private static final String BY_SERVICE = "service";
    private static final String BY_IMPORT = "import";
    private static final long NO_RESYNC = 0;

    final Watched<ServiceExport> exports;
    final Watched<ServiceImport> imports;
    final Watched<Service> services;
    final Watched<EndpointSlice> slices;
    private final List<String> of;
    private final Optional<Watched<Namespace>> namespaces;
    private boolean toldOfSilence;

    /// @param of namespaces to look at; empty: all
    /// @param changed services that have to be looked at; told on threads of the client
    /// @param namespaceChanged names of namespaces that came or go
    ClusterCache(
            KubernetesClient client,
            McsApi api,
            List<String> of,
            Consumer<ServiceName> changed,
            Consumer<String> namespaceChanged) {
        this.of = List.copyOf(of);
        exports = new Watched<>(
                "serviceexports",
                informers(of, api.exports(client)),
                Map.of(),
                object -> name(object).ifPresent(changed));
        imports = new Watched<>(
                "serviceimports",
                informers(of, api.imports(client)),
                Map.of(),
                object -> name(object).ifPresent(changed));
        services = new Watched<>(
                "services", informers(of, client.services()), Map.of(BY_IMPORT, ClusterCache::importKey), object -> {
                    name(object).ifPresent(changed);
                    Optional<ServiceName> imported = Ownership.importOf(object);
                    imported.ifPresent(changed);
                    if (imported.isEmpty()
                            && DerivedName.isDerived(object.getMetadata().getName())) {
                        namespaceChanged.accept(object.getMetadata().getNamespace()); // it may be in the way of any
                    }
                });
        slices = new Watched<>(
                "endpointslices",
                informers(of, client.discovery().v1().endpointSlices()),
                Map.of(BY_SERVICE, ClusterCache::serviceKey, BY_IMPORT, ClusterCache::importKey),
                object -> {
                    serviceOf(object).ifPresent(changed);
                    Ownership.importOf(object).ifPresent(changed);
                });
        namespaces = of.isEmpty()
                ? Optional.of(new Watched<>(
                        "namespaces",
                        Stream.of(client.namespaces().runnableInformer(NO_RESYNC)),
                        Map.of(),
                        object -> namespaceChanged.accept(object.getMetadata().getName())))
                : Optional.empty();
    }

    private static <T extends HasMetadata> Stream<SharedIndexInformer<T>> informers(
            List<String> namespaces, MixedOperation<T, ?, ?> operation) {
        return namespaces.isEmpty()
                ? Stream.of(operation.inAnyNamespace().runnableInformer(NO_RESYNC))
                : namespaces.stream()
                        .map(namespace -> operation.inNamespace(namespace).runnableInformer(NO_RESYNC));
    }

    /// Completed when all has been listed once.
    CompletableFuture<Void> start() {
        return CompletableFuture.allOf(
                exports.start(),
                imports.start(),
                services.start(),
                slices.start(),
                namespaces.map(Watched::start).orElse(CompletableFuture.completedFuture(null)));
    }

    void stop() {
        Stream.of(exports, imports, services, slices).forEach(Watched::stop);
        namespaces.ifPresent(Watched::stop);
    }

    /// Whether changes are heard of now.
    boolean isWatching() {
        return Stream.of(exports, imports, services, slices)
                .filter(Watched::isListed)
                .allMatch(Watched::isWatching);
    }

    /// Tells the log when changes are no longer heard of, and when they are again. For one thread at a time.
    void tellWhetherWatching() {
        boolean watching = isWatching();
        if (!watching && !toldOfSilence) {
            LOG.warn("the API server does not answer; calls go on with what is known");
        } else if (watching && toldOfSilence) {
            LOG.info("the API server answers again");
        }
        toldOfSilence = !watching;
    }

    /// Runs the task whenever something may be read that might not be at first.
    void whenAllowed(Runnable task) {
        Stream.of(exports, imports, services, slices).forEach(one -> one.whenAllowed(task));
        namespaces.ifPresent(one -> one.whenAllowed(task));
    }

    /// What exports are made of and may not be read; empty: nothing.
    List<String> missingForExports() {
        return missing(Stream.of(services, slices));
    }

    /// What has to be read before anything is imported and may not be; empty: nothing.
    List<String> missingForImports() {
        return missing(Stream.of(imports, services, slices));
    }

    private static List<String> missing(Stream<Watched<?>> needed) {
        return needed.filter(one -> !one.isListed()).map(Watched::kind).toList();
    }

    /// The EndpointSlices of a Service.
    List<EndpointSlice> slicesOf(String namespace, String service) {
        return slices.byIndex(BY_SERVICE, namespace + "/" + service);
    }

    @Override
    public List<EndpointSlice> slicesFor(ServiceName imported) {
        return slices.byIndex(BY_IMPORT, imported.toString());
    }

    @Override
    public @Nullable ServiceImport serviceImport(ServiceName name) {
        return imports.get(name.namespace(), name.name());
    }

    @Override
    public @Nullable Service service(String namespace, String name) {
        return services.get(namespace, name);
    }

    @Override
    public List<Service> servicesFor(ServiceName imported) {
        return services.byIndex(BY_IMPORT, imported.toString());
    }

    @Override
    public @Nullable EndpointSlice slice(String namespace, String name) {
        return slices.get(namespace, name);
    }

    /// Where only some namespaces are looked at, the others are as if they were not there. Those that may not be
    /// looked at are taken to be.
    @Override
    public boolean hasNamespace(String name) {
        if (namespaces.isEmpty()) {
            return of.contains(name);
        }
        if (!namespaces.get().isListed()) {
            return true;
        }
        Namespace found = namespaces.get().get(name);
        return found != null && found.getMetadata().getDeletionTimestamp() == null;
    }

    static Optional<ServiceName> name(HasMetadata object) {
        return named(object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    /// Empty for a name that no Service can have.
    private static Optional<ServiceName> named(String namespace, String name) {
        try {
            return Optional.of(new ServiceName(namespace, name));
        } catch (IllegalArgumentException unusable) {
            return Optional.empty();
        }
    }

    private static Optional<ServiceName> serviceOf(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        String service = labels == null ? null : labels.get(Ownership.SLICE_SERVICE);
        return service == null ? Optional.empty() : named(slice.getMetadata().getNamespace(), service);
    }

    private static List<String> serviceKey(EndpointSlice slice) {
        return serviceOf(slice).map(ServiceName::toString).stream().toList();
    }

    private static List<String> importKey(HasMetadata object) {
        return Ownership.importOf(object).map(ServiceName::toString).stream().toList();
    }
}
