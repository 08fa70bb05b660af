package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame.Document;
import java.util.List;

/// Documents whose statement nobody looks at, and the frames they travel in.
public final class TestDocuments {
    private TestDocuments() {}

    public static NodeDocument of(NodeId node, long sequence) {
        return of(node, sequence, false);
    }

    /// With all its parts.
    public static Document whole(SignedDocument document) {
        return new Document(
                DocumentHeads.write(document.head()),
                List.copyOf(document.parts().values()));
    }

    /// Without parts.
    public static Document headOf(SignedDocument document) {
        return new Document(DocumentHeads.write(document.head()), List.of());
    }

    static NodeDocument of(NodeId node, long sequence, boolean leaving) {
        return TestMember.document(node, "spiffe://demo/cluster/osaka", "a.b.c", sequence, leaving);
    }
}
