package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/// Says that the Service of the same namespace and name is to be had in other clusters. Specification and status may
/// both be absent.
@Group(McsApi.GROUP)
@Version("v1beta1")
@Kind("ServiceExport")
@Plural("serviceexports")
public class ServiceExport extends CustomResource<ServiceExportSpec, ServiceExportStatus> implements Namespaced {
    @Override
    protected @Nullable ServiceExportSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ServiceExportStatus initStatus() {
        return null;
    }

    /// What the older version of the API says in the same words.
    @Group(McsApi.GROUP)
    @Version("v1alpha1")
    @Kind("ServiceExport")
    @Plural("serviceexports")
    public static final class V1Alpha1 extends ServiceExport {}
}
