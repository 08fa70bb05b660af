package io.hikyaku.registry.flood;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// What a node knows, in 16 bytes (PROTOCOL.md §4.5): the exclusive or of the beginnings of the SHA-256 of each node
/// and sequence. It finds what was missed, and proves nothing.
final class KnownDigest {
    private static final Digest NOTHING = new Digest(0, 0);

    private final Map<NodeId, Digest> each = new HashMap<>();
    private long high;
    private long low;

    KnownDigest(Collection<FloodedDocument> documents) {
        MessageDigest sha = PartDigest.sha256();
        for (FloodedDocument kept : documents) {
            if (kept.sequence() > 0) {
                byte[] bytes = ByteBuffer.allocate(NodeId.BYTES + Long.BYTES)
                        .putLong(kept.node.high())
                        .putLong(kept.node.low())
                        .putLong(kept.sequence())
                        .array();
                NodeId first = NodeId.of(sha.digest(bytes));
                each.put(kept.node, new Digest(first.high(), first.low()));
                high ^= first.high();
                low ^= first.low();
            }
        }
    }

    /// @param node whose document does not count
    Digest without(NodeId node) {
        Digest own = each.getOrDefault(node, NOTHING);
        return new Digest(high ^ own.high(), low ^ own.low());
    }
}
