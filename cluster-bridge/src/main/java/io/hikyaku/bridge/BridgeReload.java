package io.hikyaku.bridge;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.LogConfig;
import io.hikyaku.discovery.DiscoveredServices;
import io.hikyaku.discovery.Discovery;
import io.hikyaku.node.log.Logging;
import io.hikyaku.node.reload.ConfigTaker;
import java.io.IOException;
import java.util.Set;

/// Puts a changed configuration in place while the bridge runs, as a whole or not at all. Touched by the thread that
/// follows the file.
final class BridgeReload implements ConfigTaker<BridgeConfig> {
    /// Top-level keys that may change.
    static final Set<String> FREE = Set.of("exports", "imports", "log");

    private final Discovery discovery;
    private LogConfig log;

    /// @param log in use
    BridgeReload(LogConfig log, Discovery discovery) {
        this.log = log;
        this.discovery = discovery;
    }

    @Override
    public void take(BridgeConfig changed) throws IOException, InterruptedException {
        discovery.replaceFile(new DiscoveredServices(changed.exports(), changed.imports()));
        if (!changed.log().equals(log)) {
            log = changed.log();
            Logging.configure(log);
        }
    }
}
