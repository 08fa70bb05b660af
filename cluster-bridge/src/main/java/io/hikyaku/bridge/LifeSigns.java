package io.hikyaku.bridge;

import io.hikyaku.bridge.shard.Shards;
import io.hikyaku.registry.Directory;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import org.jspecify.annotations.Nullable;

/// How a bridge knows that others live, other than from the registry itself: from its channels.
///
/// @param kafka if it is configured
record LifeSigns(Shards shards, @Nullable KafkaSide kafka) implements Directory.Signs {
    @Override
    public boolean isProven(NodeId node) {
        return shards.all().stream().anyMatch(shard -> shard.talksTo(node));
    }

    @Override
    public boolean isHeard(NodeDocument document) {
        return kafka == null || kafka.hears(document);
    }
}
