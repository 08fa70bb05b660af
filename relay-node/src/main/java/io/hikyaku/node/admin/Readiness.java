package io.hikyaku.node.admin;

import java.util.Optional;

/// What `/readyz` asks; any thread.
@FunctionalInterface
public interface Readiness {
    /// @return empty when the node is ready, else what is still missing
    Optional<String> missing();
}
