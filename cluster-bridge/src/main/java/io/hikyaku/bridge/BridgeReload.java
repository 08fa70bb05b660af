package io.hikyaku.bridge;

import io.hikyaku.bridge.shard.Shards;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.LogConfig;
import io.hikyaku.node.log.Logging;
import io.hikyaku.node.reload.ConfigTaker;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Puts a changed configuration in place while the bridge runs. Everything is made first; only then is anything put in
/// place, and none of that can fail. Touched by the thread that follows the file.
final class BridgeReload implements ConfigTaker<BridgeConfig> {
    /// Top-level keys that may change.
    static final Set<String> FREE = Set.of("exports", "imports", "log");

    private final Shards shards;
    private final Imports imports;
    private final OwnDocument ownDocument;
    private final Consumer<BridgeConfig> announce;
    private LogConfig log;

    /// @param log in use
    /// @param announce tells others what is exported now
    BridgeReload(
            LogConfig log, Shards shards, Imports imports, OwnDocument ownDocument, Consumer<BridgeConfig> announce) {
        this.log = log;
        this.shards = shards;
        this.imports = imports;
        this.ownDocument = ownDocument;
        this.announce = announce;
    }

    @Override
    public void take(BridgeConfig changed) throws IOException, InterruptedException {
        List<ExportedService> named = ownDocument.next(changed.exports());
        Shards.NextExports exports = shards.makeExports(changed.exports());
        boolean whole = false;
        try {
            imports.update(changed.imports()); // the last step that can fail, itself all or nothing
            whole = true;
        } finally {
            if (!whole) {
                exports.discard();
            }
        }
        exports.use();
        ownDocument.export(named);
        announce.accept(changed);
        if (!changed.log().equals(log)) {
            log = changed.log();
            Logging.configure(log);
        }
    }
}
