package io.hikyaku.kubernetes.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.hikyaku.call.Workloads;
import io.hikyaku.wire.call.Workload;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells which pod of this cluster an address belongs to, as the API server says. Whatever cannot be read is not known;
/// calls do not wait for it.
public final class PodWorkloads implements Workloads {
    private final PodAddresses addresses = new PodAddresses();
    private final List<SharedIndexInformer<Pod>> informers;

    /// @param namespaces whose pods are known; empty: all
    public PodWorkloads(KubernetesClient client, List<String> namespaces) {
        informers = (namespaces.isEmpty()
                        ? Stream.of(client.pods().inAnyNamespace().runnableInformer(0))
                        : namespaces.stream()
                                .map(namespace ->
                                        client.pods().inNamespace(namespace).runnableInformer(0)))
                .toList();
        informers.forEach(informer -> {
            informer.removeNamespaceIndex();
            informer.itemStore(new SlimPods());
            informer.exceptionHandler((started, failure) -> true);
            informer.addEventHandler(addresses);
        });
    }

    public void start() {
        informers.forEach(SharedIndexInformer::start);
    }

    @Override
    public Optional<Workload> at(InetAddress address) {
        return addresses.at(address);
    }

    public void close() {
        informers.forEach(SharedIndexInformer::stop);
    }
}
