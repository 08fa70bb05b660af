package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a cluster says of itself in the About API (KEP-2149), where it is installed.
public final class ClusterProperties {
    /// The property that is the cluster's name in its ClusterSet.
    public static final String CLUSTER = "cluster.clusterset.k8s.io";

    private static final Logger LOG = LoggerFactory.getLogger(ClusterProperties.class);
    private static final String GROUP = "about.k8s.io";

    private ClusterProperties() {}

    /// The name of the cluster, if it says it. That the API is missing is normal, and so is that it may not be
    /// read.
    ///
    /// @throws KubernetesClientException if the API server cannot be reached, or fails
    public static Optional<String> cluster(KubernetesClient client) {
        APIGroup group = client.getApiGroup(GROUP);
        if (group == null || group.getVersions().isEmpty()) {
            return Optional.empty();
        }
        String version = group.getPreferredVersion() == null
                ? group.getVersions().getFirst().getVersion()
                : group.getPreferredVersion().getVersion();
        try {
            GenericKubernetesResource property = client.genericKubernetesResources(
                            new ResourceDefinitionContext.Builder()
                                    .withGroup(GROUP)
                                    .withVersion(version)
                                    .withKind("ClusterProperty")
                                    .withPlural("clusterproperties")
                                    .withNamespaced(false)
                                    .build())
                    .withName(CLUSTER)
                    .get();
            return property == null ? Optional.empty() : value(property);
        } catch (KubernetesClientException refused) {
            if (refused.getCode() == 403) {
                LOG.debug("ClusterProperties may not be read: {}", refused.getMessage());
                return Optional.empty();
            }
            throw refused;
        }
    }

    private static Optional<String> value(GenericKubernetesResource property) {
        return property.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec
                        && spec.get("value") instanceof String value
                ? Optional.of(value)
                : Optional.empty();
    }
}
