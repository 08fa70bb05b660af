package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A node's document as it travels: its head, and its parts by their digests. Of the parts with exports some may be
/// missing where nobody wanted them.
///
/// @param node whose it is, computed once
/// @param parts as bytes that nobody changes
public record SignedDocument(NodeId node, DocumentHead head, Map<PartDigest, byte[]> parts) {
    public SignedDocument {
        parts = Map.copyOf(parts);
    }

    /// @param parts others than those of the head are left out
    static SignedDocument of(DocumentHead head, Map<PartDigest, byte[]> parts) {
        Map<PartDigest, byte[]> named = new HashMap<>();
        for (PartDigest digest : head.parts()) {
            byte[] part = parts.get(digest);
            if (part != null) {
                named.put(digest, part);
            }
        }
        return new SignedDocument(head.node(), head, named);
    }

    public long sequence() {
        return head.sequence();
    }

    /// Bytes of all that is there.
    long size() {
        long size = head.size();
        for (byte[] part : parts.values()) {
            size += part.length;
        }
        return size;
    }

    /// The parts that the other document, an older one, does not have.
    Set<PartDigest> newerThan(SignedDocument other) {
        Set<PartDigest> news = new HashSet<>(parts.keySet());
        news.removeAll(other.parts.keySet());
        return news;
    }

    @Override
    public String toString() {
        return "SignedDocument[" + head + "]";
    }
}
