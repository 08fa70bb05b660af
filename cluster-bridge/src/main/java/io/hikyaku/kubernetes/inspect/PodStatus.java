package io.hikyaku.kubernetes.inspect;

import io.hikyaku.status.NodeStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What one of the bridge's pods says of itself.
///
/// @param status empty if it does not answer
/// @param trouble why it does not; else empty
public record PodStatus(BridgePod pod, Optional<NodeStatus> status, String trouble) {

    /// Asks all pods of the namespace's bridge.
    ///
    /// @throws IOException if there is no bridge, or it may not be seen
    public static List<PodStatus> ask(RawApi api, String namespace) throws IOException {
        BridgeInstall install = BridgeInstall.find(api, namespace)
                .orElseThrow(() -> new IOException("there is no bridge in namespace " + namespace));
        return install.pods().stream().map(pod -> ask(api, pod)).toList();
    }

    private static PodStatus ask(RawApi api, BridgePod pod) {
        try {
            return new PodStatus(pod, Optional.of(pod.status(api)), "");
        } catch (IOException silent) {
            return new PodStatus(pod, Optional.empty(), String.valueOf(silent.getMessage()));
        }
    }
}
