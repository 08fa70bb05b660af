package io.hikyaku.wire.route;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import java.util.Arrays;
import java.util.List;

/// The body of a packet of kind REGISTRY (PROTOCOL.md §4.5), and the value of a record in a registry topic (§9.2).
public sealed interface RegistryFrame {
    /// A node's document: its head, and those of its parts that the receiver is likely to lack.
    ///
    /// @param head opaque to routing, 1 to [#MAX_HEAD_BYTES]
    /// @param parts at most [#MAX_PARTS], each 1 to [#MAX_PART_BYTES]
    record Document(byte[] head, List<byte[]> parts) implements RegistryFrame {
        public Document {
            requireLength(head, MAX_HEAD_BYTES, "document head");
            parts = copy(parts);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Document that && Arrays.equals(head, that.head) && same(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(head) + parts.size();
        }

        @Override
        public String toString() {
            return "Document[" + head.length + " bytes of head, " + parts.size() + " parts]";
        }
    }

    /// All documents that the sender knew and the receiver's summary lacked have been sent.
    record SnapshotEnd() implements RegistryFrame {}

    /// The sender knows the document's head and lacks these parts.
    ///
    /// @param parts 1 to [#MAX_PARTS]
    record Want(NodeId node, List<PartDigest> parts) implements RegistryFrame {
        public Want {
            parts = List.copyOf(parts);
            if (parts.isEmpty() || parts.size() > MAX_PARTS) { // §4.5
                throw new IllegalArgumentException("Want of " + parts.size() + " parts");
            }
        }
    }

    /// Parts of a document, whose digests say which.
    ///
    /// @param parts 1 to [#MAX_PARTS], each 1 to [#MAX_PART_BYTES]
    record Parts(NodeId node, List<byte[]> parts) implements RegistryFrame {
        public Parts {
            parts = copy(parts);
            if (parts.isEmpty()) { // §4.5
                throw new IllegalArgumentException("No parts");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Parts that && node.equals(that.node) && same(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return 31 * node.hashCode() + parts.size();
        }

        @Override
        public String toString() {
            return "Parts[" + node + ", " + parts.size() + "]";
        }
    }

    /// The node lives: signed by the node itself.
    ///
    /// @param sequence of its document at that time
    /// @param count rises with each beat of the node
    /// @param signature by the node's instance key, 64 bytes
    record Beat(NodeId node, long sequence, long count, byte[] signature) implements RegistryFrame {
        public static final int SIGNATURE_BYTES = 64;

        public Beat {
            if (sequence < 0 || count < 0 || signature.length != SIGNATURE_BYTES) { // §1.1, §4.5
                throw new IllegalArgumentException("Beat " + count + " at " + sequence);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Beat that
                    && node.equals(that.node)
                    && sequence == that.sequence
                    && count == that.count
                    && Arrays.equals(signature, that.signature);
        }

        @Override
        public int hashCode() {
            return 31 * node.hashCode() + Long.hashCode(count);
        }

        @Override
        public String toString() {
            return "Beat[" + node + ", " + count + ", at sequence " + sequence + "]";
        }
    }

    /// What the sender knows, but for the receiver's own document, in 16 bytes.
    record Digest(long high, long low) implements RegistryFrame {}

    /// Which documents the sender has, so that the receiver tells it what is newer.
    ///
    /// @param last false: more of the same summary follows
    /// @param entries at most [#MAX_SUMMARY]
    record Summary(boolean last, List<Entry> entries) implements RegistryFrame {
        public Summary {
            entries = List.copyOf(entries);
            if (entries.size() > MAX_SUMMARY) { // §4.5
                throw new IllegalArgumentException("Summary of " + entries.size() + " documents");
            }
        }
    }

    /// A document that the sender has.
    record Entry(NodeId node, long sequence) {
        public Entry {
            if (sequence < 0) { // §1.1
                throw new IllegalArgumentException("Sequence " + sequence);
            }
        }
    }

    /// The sender wants all parts with exports, or only those that hold these services. Replaces the previous one.
    ///
    /// @param all then there are no hashes
    /// @param hashes of the services' names, at most [#MAX_SUBSCRIBED]
    record Subscribe(boolean all, List<Integer> hashes) implements RegistryFrame {
        public Subscribe {
            hashes = List.copyOf(hashes);
            if (all && !hashes.isEmpty()) { // §4.5
                throw new IllegalArgumentException("Subscription to all and to " + hashes.size() + " services");
            }
            if (hashes.size() > MAX_SUBSCRIBED) { // §4.5
                throw new IllegalArgumentException("Subscription to " + hashes.size() + " services");
            }
        }
    }

    /// Longest head, in bytes.
    int MAX_HEAD_BYTES = 4_300;
    /// Longest part, in bytes.
    int MAX_PART_BYTES = 48 * 1024;
    /// Most parts in one frame.
    int MAX_PARTS = 257;
    /// Most documents in one SUMMARY.
    int MAX_SUMMARY = 2_700;
    /// Most services in one SUBSCRIBE.
    int MAX_SUBSCRIBED = 16_000;

    private static void requireLength(byte[] bytes, int max, String what) {
        if (bytes.length == 0 || bytes.length > max) { // §4.5
            throw new IllegalArgumentException(what + " of " + bytes.length + " bytes");
        }
    }

    private static List<byte[]> copy(List<byte[]> parts) {
        if (parts.size() > MAX_PARTS) { // §4.5
            throw new IllegalArgumentException(parts.size() + " parts");
        }
        parts.forEach(part -> requireLength(part, MAX_PART_BYTES, "part"));
        return List.copyOf(parts);
    }

    private static boolean same(List<byte[]> some, List<byte[]> others) {
        return Arrays.deepEquals(some.toArray(), others.toArray());
    }
}
