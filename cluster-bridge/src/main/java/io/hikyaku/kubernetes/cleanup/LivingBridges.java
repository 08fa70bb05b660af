package io.hikyaku.kubernetes.cleanup;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.hikyaku.kubernetes.inspect.BridgeInstall;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/// Pods of bridges that nobody has told to end. One of them may hold no Lease just now, and take it as soon as it can.
/// Where pods may not be read, the Lease alone counts. For one thread.
final class LivingBridges {
    private static final Set<String> OVER = Set.of("Succeeded", "Failed");

    private final KubernetesClient client;
    private final String namespace;
    private boolean everywhere;
    private boolean readable = true;

    /// @param namespace of the bridge
    /// @param everywhere whether a bridge in another namespace would be one too many
    LivingBridges(KubernetesClient client, String namespace, boolean everywhere) {
        this.client = client;
        this.namespace = namespace;
        this.everywhere = everywhere;
    }

    /// The name of one; empty if none is known of.
    Optional<String> any() {
        while (readable) {
            try {
                return pods().list().getItems().stream()
                        .filter(LivingBridges::isAlive)
                        .map(pod -> pod.getMetadata().getNamespace() + "/"
                                + pod.getMetadata().getName())
                        .findFirst();
            } catch (KubernetesClientException refused) {
                if (refused.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                    throw refused;
                }
                readable = everywhere; // then only here
                everywhere = false;
            }
        }
        return Optional.empty();
    }

    private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
        return everywhere
                ? client.pods().inAnyNamespace().withLabelSelector(BridgeInstall.LABELS)
                : client.pods().inNamespace(namespace).withLabelSelector(BridgeInstall.LABELS);
    }

    private static boolean isAlive(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && (pod.getStatus() == null
                        || !OVER.contains(String.valueOf(pod.getStatus().getPhase())));
    }
}
