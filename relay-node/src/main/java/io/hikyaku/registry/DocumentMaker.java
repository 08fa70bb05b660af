package io.hikyaku.registry;

import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.InstanceKey.Purpose;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocuments;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Cuts this node's document into parts and signs it with the instance key. What has not changed since the last time
/// is not made again. For one thread.
public final class DocumentMaker implements Publisher.Signer {
    private record Part(List<ExportedService> exports, byte[] bytes, PartDigest digest) {}

    private final InstanceKey key;
    private List<Part> made = List.of();

    public DocumentMaker(InstanceKey key) {
        this.key = key;
    }

    @Override
    public SignedDocument make(NodeDocument document) {
        List<PartDigest> digests = new ArrayList<>();
        Map<PartDigest, byte[]> parts = new HashMap<>();
        if (!document.leaving()) {
            byte[] node = DocumentParts.deflate(NodeDocuments.writeNode(document));
            requireFits(node);
            digests.add(PartDigest.of(node));
            parts.put(digests.getFirst(), node);
            made = cut(document.exports());
            for (Part part : made) {
                digests.add(part.digest);
                parts.put(part.digest, part.bytes);
            }
        }
        byte[] raw = key.publicKey().raw();
        DocumentHead head = DocumentHead.unsigned(raw, document.sequence(), document.leaving(), digests);
        SignedDocument signed = SignedDocument.of(head.withSignature(sign(head)), parts);
        long bytes = SignedDocument.bytes(signed.head(), signed.parts().values());
        if (bytes > DocumentParts.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a node document of " + bytes + " bytes is longer than " + DocumentParts.MAX_BYTES);
        }
        return signed;
    }

    @Override
    public Beat beat(long sequence, long count) {
        return new Beat(key.nodeId(), sequence, count, key.sign(Purpose.BEAT, beaten(sequence, count)));
    }

    /// What the signature of a beat is over.
    static byte[] beaten(long sequence, long count) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(sequence)
                .putLong(count)
                .array();
    }

    private byte[] sign(DocumentHead head) {
        return key.sign(Purpose.DOCUMENT, DocumentHeads.signedBytes(head));
    }

    /// In as few buckets as fit their bounds.
    private List<Part> cut(List<ExportedService> exports) {
        if (exports.isEmpty()) {
            return List.of();
        }
        int buckets = DocumentParts.buckets(exports.size(), made.size());
        while (true) {
            try {
                return cut(exports, buckets);
            } catch (IllegalArgumentException tooLarge) {
                if (buckets == DocumentParts.MAX_BUCKETS) {
                    throw tooLarge;
                }
                buckets *= 2;
            }
        }
    }

    private List<Part> cut(List<ExportedService> exports, int buckets) {
        List<List<ExportedService>> sorted = new ArrayList<>(buckets);
        for (int i = 0; i < buckets; i++) {
            sorted.add(new ArrayList<>());
        }
        for (ExportedService export : exports) {
            sorted.get(DocumentParts.bucket(DocumentParts.hash(export.service()), buckets))
                    .add(export);
        }
        List<Part> parts = new ArrayList<>(buckets);
        for (int i = 0; i < buckets; i++) {
            Part before = made.size() == buckets ? made.get(i) : null;
            parts.add(before != null && before.exports.equals(sorted.get(i)) ? before : part(sorted.get(i)));
        }
        return parts;
    }

    private static Part part(List<ExportedService> exports) {
        byte[] text = NodeDocuments.writeExports(exports);
        if (text.length > DocumentParts.MAX_PART_TEXT) {
            throw new IllegalArgumentException("a part of " + text.length + " bytes of text");
        }
        byte[] bytes = DocumentParts.deflate(text);
        requireFits(bytes);
        return new Part(List.copyOf(exports), bytes, PartDigest.of(bytes));
    }

    private static void requireFits(byte[] part) {
        if (part.length > DocumentParts.MAX_PART_BYTES) {
            throw new IllegalArgumentException("a part of " + part.length + " bytes");
        }
    }
}
