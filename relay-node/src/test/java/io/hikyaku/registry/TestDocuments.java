package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;

/// Documents whose statement nobody looks at.
final class TestDocuments {
    private TestDocuments() {}

    static NodeDocument of(NodeId node, long sequence) {
        return of(node, sequence, false);
    }

    static NodeDocument of(NodeId node, long sequence, boolean leaving) {
        return TestMember.document(node, "spiffe://demo/cluster/osaka", "a.b.c", sequence, leaving);
    }
}
