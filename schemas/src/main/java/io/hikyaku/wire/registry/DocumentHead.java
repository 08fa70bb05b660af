package io.hikyaku.wire.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import java.util.Arrays;
import java.util.List;

/// What a node signs of its document (PROTOCOL.md §8.2): its sequence, and the digest of each part. The key is inside
/// and the node id is its hash, so a node that passes a head on can tell that it is that node's own, without knowing
/// which member the node belongs to.
///
/// @param key the node's instance key, 32 bytes
/// @param sequence from 1, rises with each document of the node
/// @param leaving whether it is the node's last word; then it has no parts
/// @param parts what the node is first, then its exports, see [DocumentParts]
/// @param signature by the key, 64 bytes
public record DocumentHead(byte[] key, long sequence, boolean leaving, List<PartDigest> parts, byte[] signature) {
    public static final int KEY_BYTES = 32;
    public static final int SIGNATURE_BYTES = 64;
    /// What the node is, and 256 parts of exports.
    public static final int MAX_PARTS = 1 + DocumentParts.MAX_BUCKETS;
    /// Longest head, in bytes.
    public static final int MAX_BYTES = KEY_BYTES + Long.BYTES + 1 + 2 + MAX_PARTS * PartDigest.BYTES + SIGNATURE_BYTES;

    public DocumentHead {
        parts = List.copyOf(parts);
        require(key.length == KEY_BYTES, "key of " + key.length + " bytes"); // §8.2
        require(signature.length == SIGNATURE_BYTES, "signature of " + signature.length + " bytes"); // §8.2
        require(sequence >= 1, "sequence " + sequence); // §8.2
        require(parts.size() <= MAX_PARTS, parts.size() + " parts"); // §8.2
        require(leaving == parts.isEmpty(), parts.size() + " parts" + (leaving ? " of a leaving node" : "")); // §8.2
    }

    /// A head that its key's owner has yet to sign.
    public static DocumentHead unsigned(byte[] key, long sequence, boolean leaving, List<PartDigest> parts) {
        return new DocumentHead(key, sequence, leaving, parts, new byte[SIGNATURE_BYTES]);
    }

    public DocumentHead withSignature(byte[] made) {
        return new DocumentHead(key, sequence, leaving, parts, made);
    }

    /// Whose document it is.
    public NodeId node() {
        return NodeId.of(PartDigest.sha256().digest(key));
    }

    /// Parts that hold exports.
    public int buckets() {
        return Math.max(0, parts.size() - 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentHead that
                && Arrays.equals(key, that.key)
                && sequence == that.sequence
                && leaving == that.leaving
                && parts.equals(that.parts)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return "DocumentHead[" + node() + ", sequence " + sequence + ", " + parts.size() + " parts]";
    }

    private static void require(boolean holds, String what) {
        if (!holds) { // §8.2
            throw new IllegalArgumentException("A document head with " + what);
        }
    }
}
