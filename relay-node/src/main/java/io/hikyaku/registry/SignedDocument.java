package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import java.util.Collection;
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
    /// What a part costs beside its bytes: its digest, its array and its place in a map.
    public static final long PART_OVERHEAD = 128;
    /// What a digest of a head costs beside its bytes on the wire.
    private static final long DIGEST_OVERHEAD = 64;

    public SignedDocument {
        parts = Map.copyOf(parts);
    }

    /// @param parts others than those of the head are left out
    public static SignedDocument of(DocumentHead head, Map<PartDigest, byte[]> parts) {
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

    /// Bytes of a head and of parts, as they travel.
    public static long bytes(DocumentHead head, Collection<byte[]> parts) {
        long bytes = DocumentHeads.size(head);
        for (byte[] part : parts) {
            bytes += part.length;
        }
        return bytes;
    }

    /// Memory that it is charged with, in bytes.
    public long size() {
        long size = charge(head);
        for (byte[] part : parts.values()) {
            size += charge(part);
        }
        return size;
    }

    /// Memory that a part is charged with, in bytes.
    public static long charge(byte[] part) {
        return part.length + PART_OVERHEAD;
    }

    /// Memory that a head is charged with, in bytes.
    public static long charge(DocumentHead head) {
        return DocumentHeads.size(head) + DIGEST_OVERHEAD * head.parts().size();
    }

    /// The parts that the other document, an older one, does not have.
    public Set<PartDigest> newerThan(SignedDocument other) {
        Set<PartDigest> news = new HashSet<>(parts.keySet());
        news.removeAll(other.parts.keySet());
        return news;
    }

    @Override
    public String toString() {
        return "SignedDocument[" + head + "]";
    }
}
