package io.hikyaku.kubernetes.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.hikyaku.call.Workloads;
import io.hikyaku.wire.call.Workload;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The pods that run, by their addresses. A pod on its node's network shares that address with others and a pod that
/// has ended may have left its address to another one: neither is found.
final class PodAddresses implements ResourceEventHandler<Pod>, Workloads {
    private record Owner(String uid, Workload workload) {}

    private final Map<InetAddress, Owner> byAddress = new ConcurrentHashMap<>();

    @Override
    public Optional<Workload> at(InetAddress address) {
        return Optional.ofNullable(byAddress.get(address)).map(Owner::workload);
    }

    int size() {
        return byAddress.size();
    }

    @Override
    public void onAdd(Pod pod) {
        addresses(pod).forEach(address -> byAddress.put(address, owner(pod)));
    }

    @Override
    public void onUpdate(Pod before, Pod after) {
        List<InetAddress> kept = addresses(after);
        addresses(before).stream()
                .filter(address -> !kept.contains(address))
                .forEach(address -> forget(address, before));
        onAdd(after);
    }

    @Override
    public void onDelete(Pod pod, boolean unsure) {
        addresses(pod).forEach(address -> forget(address, pod));
    }

    /// Unless another pod has the address by now.
    private void forget(InetAddress address, Pod of) {
        byAddress.computeIfPresent(
                address, (same, owner) -> owner.uid.equals(of.getMetadata().getUid()) ? null : owner);
    }

    private static Owner owner(Pod pod) {
        String account = Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), "");
        return new Owner(
                pod.getMetadata().getUid(),
                new Workload(
                        pod.getMetadata().getNamespace(),
                        account,
                        pod.getMetadata().getName()));
    }

    private static List<InetAddress> addresses(Pod pod) {
        List<InetAddress> addresses = new ArrayList<>();
        boolean shared = Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
        String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
        if (!shared && pod.getStatus() != null && !"Succeeded".equals(phase) && !"Failed".equals(phase)) {
            pod.getStatus().getPodIPs().forEach(ip -> addresses.add(InetAddress.ofLiteral(ip.getIp())));
        }
        return addresses;
    }
}
