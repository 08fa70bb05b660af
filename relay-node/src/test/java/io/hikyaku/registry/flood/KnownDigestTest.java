package io.hikyaku.registry.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.identity.InstanceKey;
import io.hikyaku.registry.DocumentMaker;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.TestDocuments;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownDigestTest {
    private final FloodedDocument first = document(3);
    private final FloodedDocument second = document(4);

    private static FloodedDocument document(long sequence) {
        DocumentMaker maker = new DocumentMaker(InstanceKey.generate());
        SignedDocument made = maker.make(TestDocuments.of(new NodeId(1, 2), sequence));
        FloodedDocument kept = new FloodedDocument(made.node(), 0);
        kept.replace(made);
        return kept;
    }

    /// As PROTOCOL.md §4.5 says.
    private static Digest hash(FloodedDocument kept) throws Exception {
        ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256")
                .digest(ByteBuffer.allocate(24)
                        .putLong(kept.node.high())
                        .putLong(kept.node.low())
                        .putLong(kept.sequence())
                        .array()));
        return new Digest(hash.getLong(), hash.getLong());
    }

    @Test
    void leavesOutTheDocumentOfWhomItIsFor() throws Exception {
        // Given
        FloodedDocument arriving = new FloodedDocument(new NodeId(7, 7), 0);
        KnownDigest known = new KnownDigest(List.of(first, second, arriving));
        Digest both = new Digest(
                hash(first).high() ^ hash(second).high(),
                hash(first).low() ^ hash(second).low());
        // When, Then
        assertEquals(hash(second), known.without(first.node));
        assertEquals(hash(first), known.without(second.node));
        assertEquals(both, known.without(arriving.node));
        assertEquals(both, known.without(new NodeId(9, 9)));
    }
}
