package io.hikyaku.kubernetes.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An informer's pods, without all that we do not look at: a large cluster has more bytes of pods than an edge has
/// memory.
final class SlimPods implements ItemStore<Pod> {
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();

    @Override
    public String getKey(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    @Override
    public @Nullable Pod put(String key, Pod pod) {
        return pods.put(key, slim(pod));
    }

    @Override
    public @Nullable Pod remove(String key) {
        return pods.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return pods.keySet().stream();
    }

    @Override
    public Stream<Pod> values() {
        return pods.values().stream();
    }

    @Override
    public int size() {
        return pods.size();
    }

    @Override
    public @Nullable Pod get(String key) {
        return pods.get(key);
    }

    @Override
    public boolean isFullState() {
        return false;
    }

    static Pod slim(Pod pod) {
        PodBuilder slim = new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .withResourceVersion(pod.getMetadata().getResourceVersion())
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(pod.getSpec().getServiceAccountName())
                .withHostNetwork(pod.getSpec().getHostNetwork())
                .endSpec();
        return pod.getStatus() == null
                ? slim.build()
                : slim.withNewStatus()
                        .withPhase(pod.getStatus().getPhase())
                        .withPodIPs(pod.getStatus().getPodIPs())
                        .endStatus()
                        .build();
    }
}
