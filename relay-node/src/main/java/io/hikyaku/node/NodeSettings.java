package io.hikyaku.node;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.limits.RouteLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/// What a program's configuration says about its node.
///
/// @param mesh name that the certificate must have too
/// @param identity the folder with `tls.crt`, `tls.key` and `ca.crt`
/// @param forwards whether it passes on packets of others
/// @param transit clusters that may carry packets of others, besides relays
public record NodeSettings(
        String mesh,
        Path identity,
        boolean forwards,
        Set<String> transit,
        int eventLoops,
        LinkLimits link,
        RouteLimits route,
        RegistryLimits registry,
        Duration drainTimeout) {
    public NodeSettings {
        transit = Set.copyOf(transit);
    }
}
