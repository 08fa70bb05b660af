package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of the cluster that services are imported into; for any thread.
public interface ImportCache {
    /// Whether the namespace is there to stay.
    boolean hasNamespace(String name);

    @Nullable
    ServiceImport serviceImport(ServiceName name);

    @Nullable
    Service service(String namespace, String name);

    /// Our Services for an imported service.
    List<Service> servicesFor(ServiceName imported);

    /// Any EndpointSlice, whose ever it is.
    @Nullable
    EndpointSlice slice(String namespace, String name);

    /// Our EndpointSlices for an imported service.
    List<EndpointSlice> slicesFor(ServiceName imported);
}
