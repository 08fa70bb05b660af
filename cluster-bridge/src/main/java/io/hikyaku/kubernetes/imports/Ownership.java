package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.hikyaku.config.value.ServiceName;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Labels and annotations by which objects are told apart: ours from those of users and of other controllers, and for
/// which imported service they are.
public final class Ownership {
    /// Who writes our objects; also the field manager of server-side apply.
    public static final String MANAGER = "hikyaku";
    /// Of the Multi-Cluster Services API: which ServiceImport an EndpointSlice is for.
    public static final String SERVICE_NAME = "multicluster.kubernetes.io/service-name";
    /// Of the same: which cluster the slice's endpoints are in.
    public static final String SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster";
    /// Of the same, on a ServiceImport: the Service that has its address.
    public static final String DERIVED_SERVICE = "multicluster.kubernetes.io/derived-service";
    /// Of EndpointSlices: which Service of the same namespace they are for.
    public static final String SLICE_SERVICE = "kubernetes.io/service-name";
    /// Which ServiceImport an object of ours is for.
    public static final String SERVICE_IMPORT = "hikyaku.io/service-import";
    /// On a ServiceImport: the ports that bridges listen on for it.
    public static final String LISTENERS = "hikyaku.io/listeners";

    static final String SLICE_MANAGER = "endpointslice-controller.hikyaku.io";
    static final String SLICE_MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    /// Selects all objects of ours, and those of whoever made up such labels; [#isOurs] tells them apart.
    public static final String SELECTOR = MANAGED_BY + "=" + MANAGER + "," + SERVICE_IMPORT;

    private Ownership() {}

    /// Whether a bridge of this cluster made the object.
    public static boolean isOurs(HasMetadata object) {
        return importOf(object).isPresent();
    }

    /// The imported service that an object of ours is for; empty for an object of somebody else.
    public static Optional<ServiceName> importOf(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        String name = labels == null ? null : labels.get(SERVICE_IMPORT);
        if (name == null || !MANAGER.equals(labels.get(MANAGED_BY))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ServiceName(object.getMetadata().getNamespace(), name));
        } catch (IllegalArgumentException madeUp) { // anybody may write labels, and no bridge wrote this one
            return Optional.empty();
        }
    }

    /// The ports that a ServiceImport notes; none if it notes none.
    public static String listeners(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(LISTENERS, "");
    }

    /// The labels of an object of ours, with more.
    static Map<String, String> labels(ServiceName service, Map<String, String> more) {
        Map<String, String> labels = new TreeMap<>(more);
        labels.put(MANAGED_BY, MANAGER);
        labels.put(SERVICE_IMPORT, service.name());
        return labels;
    }
}
