package io.hikyaku.service;

import io.hikyaku.config.value.ServiceName;
import java.util.List;
import java.util.Optional;

/// A service of any cluster that programs of this one may call.
///
/// @param pod of which cluster, where a single pod of a headless service is meant
/// @param ports with different numbers
public record Import(ServiceName service, Optional<Pod> pod, List<ImportPort> ports) {

    /// A pod by the name that its cluster exports it under.
    public record Pod(String cluster, String name) {}

    public Import {
        ports = List.copyOf(ports);
    }

    /// A service as a whole.
    public Import(ServiceName service, List<ImportPort> ports) {
        this(service, Optional.empty(), ports);
    }

    public Import with(List<ImportPort> others) {
        return new Import(service, pod, others);
    }

    /// What calls name (PROTOCOL.md §7.1).
    public String name() {
        return pod.map(one -> service.pod(one.cluster(), one.name())).orElse(service.toString());
    }
}
