package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;

/// Times as Kubernetes tells them.
final class Instants {
    private Instants() {}

    /// In which the object was created, since 1970: it tells no more exactly.
    static long second(HasMetadata object) {
        return Instant.parse(object.getMetadata().getCreationTimestamp()).getEpochSecond();
    }
}
