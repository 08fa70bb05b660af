package io.hikyaku.bridge.shard;

import io.hikyaku.service.Export;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The shards of a bridge, one per event loop, and what all of them export.
public final class Shards {
    private final List<BridgeShard> shards;

    Shards(List<BridgeShard> shards) {
        this.shards = List.copyOf(shards);
    }

    public List<BridgeShard> all() {
        return shards;
    }

    /// What all of them are to export from now on.
    public record NextExports(Map<BridgeShard, ShardExports.Next> ofShards) {
        public void use() {
            ofShards.forEach((shard, next) -> shard.exports().use(next, shard::execute));
        }

        public void discard() {
            ofShards.values().forEach(ShardExports.Next::discard);
        }
    }

    /// Makes the new ones among these exports for all of them.
    ///
    /// @throws io.hikyaku.config.yaml.ConfigException if that is not possible; then nothing is left behind
    public NextExports makeExports(List<Export> services) {
        NextExports made = new NextExports(new LinkedHashMap<>());
        boolean whole = false;
        try {
            shards.forEach(shard -> made.ofShards().put(shard, shard.exports().make(services)));
            whole = true;
        } finally {
            if (!whole) {
                made.discard();
            }
        }
        return made;
    }
}
