package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Collection;

/// What somebody knows, in 16 bytes (PROTOCOL.md §4.5): the exclusive or of the beginnings of the SHA-256 of each node
/// and sequence. It finds what was missed, and proves nothing.
final class KnownDigest {
    private KnownDigest() {}

    /// @param but whose document does not count
    static Digest of(Collection<FloodedDocument> documents, NodeId but) {
        MessageDigest sha = PartDigest.sha256();
        long high = 0;
        long low = 0;
        for (FloodedDocument kept : documents) {
            if (kept.sequence() > 0 && !kept.node.equals(but)) {
                byte[] bytes = ByteBuffer.allocate(NodeId.BYTES + Long.BYTES)
                        .putLong(kept.node.high())
                        .putLong(kept.node.low())
                        .putLong(kept.sequence())
                        .array();
                NodeId first = NodeId.of(sha.digest(bytes));
                high ^= first.high();
                low ^= first.low();
            }
        }
        return new Digest(high, low);
    }
}
