package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The versions of the Multi-Cluster Services API. They say the same in the same words, so the same types do for both.
public enum McsApi {
    V1BETA1("v1beta1", ServiceExport.class, ServiceImport.class),
    V1ALPHA1("v1alpha1", ServiceExport.V1Alpha1.class, ServiceImport.V1Alpha1.class);

    static final String GROUP = "multicluster.x-k8s.io";

    private final String version;
    private final Class<? extends ServiceExport> exportType;
    private final Class<? extends ServiceImport> importType;

    McsApi(String version, Class<? extends ServiceExport> exportType, Class<? extends ServiceImport> importType) {
        this.version = version;
        this.exportType = exportType;
        this.importType = importType;
    }

    /// The newest one that the API server serves; none if the definitions are not installed.
    public static Optional<McsApi> served(KubernetesClient client) {
        APIGroup group = client.getApiGroup(GROUP);
        if (group == null) {
            return Optional.empty();
        }
        Set<String> versions = group.getVersions().stream()
                .map(GroupVersionForDiscovery::getVersion)
                .collect(Collectors.toSet());
        for (McsApi each : values()) {
            if (versions.contains(each.version)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /// As in `apiVersion`.
    public String apiVersion() {
        return GROUP + "/" + version;
    }

    public MixedOperation<ServiceExport, KubernetesResourceList<ServiceExport>, Resource<ServiceExport>> exports(
            KubernetesClient client) {
        return operation(client, exportType);
    }

    public MixedOperation<ServiceImport, KubernetesResourceList<ServiceImport>, Resource<ServiceImport>> imports(
            KubernetesClient client) {
        return operation(client, importType);
    }

    /// One with nothing in it, to be filled and applied.
    public ServiceExport newExport(String namespace, String name) {
        return named(
                switch (this) {
                    case V1BETA1 -> new ServiceExport();
                    case V1ALPHA1 -> new ServiceExport.V1Alpha1();
                },
                namespace,
                name);
    }

    /// One with nothing in it, to be filled and applied.
    public ServiceImport newImport(String namespace, String name) {
        return named(
                switch (this) {
                    case V1BETA1 -> new ServiceImport();
                    case V1ALPHA1 -> new ServiceImport.V1Alpha1();
                },
                namespace,
                name);
    }

    private static <T extends HasMetadata> T named(T object, String namespace, String name) {
        object.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        return object;
    }

    // What is read and made here is of the subtype that names the version.
    @SuppressWarnings("unchecked")
    private static <T extends HasMetadata, S extends T>
            MixedOperation<T, KubernetesResourceList<T>, Resource<T>> operation(
                    KubernetesClient client, Class<S> type) {
        return (MixedOperation<T, KubernetesResourceList<T>, Resource<T>>)
                (MixedOperation<?, ?, ?>) client.resources(type);
    }
}
