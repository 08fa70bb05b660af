package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/// A service of other clusters, as it is to be had in this one. Only the controller of the API writes these.
@Group(McsApi.GROUP)
@Version("v1beta1")
@Kind("ServiceImport")
@Plural("serviceimports")
public class ServiceImport extends CustomResource<ServiceImportSpec, ServiceImportStatus> implements Namespaced {
    @Override
    protected @Nullable ServiceImportSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable ServiceImportStatus initStatus() {
        return null;
    }

    /// What the older version of the API says in the same words.
    @Group(McsApi.GROUP)
    @Version("v1alpha1")
    @Kind("ServiceImport")
    @Plural("serviceimports")
    public static final class V1Alpha1 extends ServiceImport {}
}
