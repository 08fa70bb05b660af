package io.hikyaku.kubernetes.check;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.kubernetes.inspect.BridgeInstall;
import io.hikyaku.kubernetes.inspect.RawApi;
import io.hikyaku.status.NodeStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// What all checks look at.
///
/// @param namespace of the bridge
/// @param install the bridge, if it is there and may be seen
/// @param config of the bridge, if it could be read
/// @param statuses by pod, of those that answered through the API server
/// @param now by this machine's clock
record CheckedCluster(
        RawApi api,
        String namespace,
        Optional<BridgeInstall> install,
        Optional<BridgeConfig> config,
        Map<String, NodeStatus> statuses,
        Instant now) {
    /// Whether imported services also have a Service of their own name, so that names do not depend on the zone.
    boolean hasAliases() {
        return config.flatMap(BridgeConfig::kubernetes)
                .map(kubernetes -> kubernetes.alias())
                .orElse(false);
    }

    String serviceAccount() {
        return install.map(BridgeInstall::serviceAccount).orElse("hikyaku-bridge");
    }
}
