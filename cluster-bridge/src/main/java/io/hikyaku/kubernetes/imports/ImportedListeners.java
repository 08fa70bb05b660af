package io.hikyaku.kubernetes.imports;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.listeners.ListenerPorts;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.service.Affinity;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Import;
import io.hikyaku.service.Import.Pod;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What each bridge of a cluster has to listen on for a ServiceImport: the leader has written it there.
public final class ImportedListeners {
    private ImportedListeners() {}

    /// @param address to listen on
    public static List<Import> of(ServiceImport object, String address) {
        if (!Ownership.isOurs(object)) {
            return List.of();
        }
        ServiceName name = new ServiceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
        Affinity affinity = "ClientIP".equals(object.getSpec().sessionAffinity()) ? Affinity.CLIENT_IP : Affinity.NONE;
        String text = Ownership.listeners(object);
        Map<String, List<ImportPort>> byPod = new TreeMap<>();
        Map<String, Optional<Pod>> pods = new TreeMap<>();
        ListenerPorts.parse(text).forEach((key, port) -> {
            Optional<Pod> pod = key.pod().filter(one -> !one.name().isEmpty());
            String called = pod.toString();
            pods.put(called, pod);
            byPod.computeIfAbsent(called, unknown -> new ArrayList<>())
                    .add(port(key.port(), new HostPort(address, port), affinity));
        });
        List<Import> imports = new ArrayList<>();
        byPod.forEach(
                (called, ports) -> imports.add(new Import(name, pods.getOrDefault(called, Optional.empty()), ports)));
        return imports;
    }

    private static ImportPort port(int port, HostPort listen, Affinity affinity) {
        return new ImportPort(
                port,
                listen,
                Optional.empty(),
                Optional.empty(),
                Forwarded.OBFUSCATED,
                false,
                Trace.CONTINUE,
                affinity);
    }
}
