package io.hikyaku.registry.flood;

import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.TokenBucket;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The newest document of a node that the flood keeps, and a newer one of which parts are still missing. Touched only
/// by the control loop.
final class FloodedDocument {
    /// A head whose parts are not all here.
    private record Arriving(DocumentHead head, Map<PartDigest, byte[]> parts, Set<PartDigest> missing) {}

    final NodeId node;
    private @Nullable SignedDocument whole;
    private @Nullable Arriving arriving;
    /// What the complete one has that the one before it did not.
    private Set<PartDigest> news = Set.of();
    /// Whether there is none before the complete one.
    private boolean first;
    private final TokenBucket tokens;

    /// A head that came too soon after others, looked at when there are tokens again; and the neighbour that it
    /// came from.
    @Nullable
    DocumentHead deferred;

    @Nullable
    NodeId from;

    /// The newest beat, which convinces those that forgot the node long ago.
    @Nullable
    Beat beat;

    /// Whether the user of documents on this node believes it.
    boolean genuine = true;

    /// What it counts as among all.
    long charged;

    long unreachableSince;
    long askedAt;
    int asked;
    /// When it was last offered again because of a beat.
    long offeredAt;

    FloodedDocument(NodeId node, long now) {
        this.node = node;
        this.tokens = new TokenBucket(now);
        this.unreachableSince = now;
        this.offeredAt = now - RegistryFlood.DIGEST.toNanos();
    }

    /// Null until the first is complete.
    @Nullable
    SignedDocument whole() {
        return whole;
    }

    /// Of the complete one, 0 if there is none.
    long sequence() {
        return whole == null ? 0 : whole.sequence();
    }

    /// Of the newest head.
    long newest() {
        return arriving == null ? sequence() : arriving.head.sequence();
    }

    /// Of the newest head, as it is signed.
    @Nullable
    DocumentHead head() {
        return arriving != null ? arriving.head : whole == null ? null : whole.head();
    }

    boolean isFirst() {
        return first;
    }

    Set<PartDigest> news() {
        return news;
    }

    boolean isArriving() {
        return arriving != null;
    }

    /// Whether a neighbour is being asked for it.
    boolean isArrivingBy(NodeId neighbour) {
        return arriving != null && neighbour.equals(from);
    }

    /// Memory that it is charged with, in bytes.
    long size() {
        long size = whole == null ? 0 : whole.size();
        if (deferred != null) {
            size += SignedDocument.charge(deferred);
        }
        if (arriving != null) {
            size += SignedDocument.charge(arriving.head);
            for (Map.Entry<PartDigest, byte[]> part : arriving.parts.entrySet()) {
                if (whole == null || !whole.parts().containsKey(part.getKey())) {
                    size += SignedDocument.charge(part.getValue());
                }
            }
        }
        return size;
    }

    boolean takeToken(long now) {
        return tokens.take(now);
    }

    /// This node's own document, or one that came whole.
    void replace(SignedDocument made) {
        first = whole == null;
        news = whole == null ? made.parts().keySet() : made.newerThan(whole);
        whole = made;
        arriving = null;
        asked = 0;
    }

    /// A newer head, or the same one when other parts are wanted: what is known of its parts is kept.
    ///
    /// @param wanted of its parts
    void begin(DocumentHead head, Set<PartDigest> wanted) {
        Map<PartDigest, byte[]> parts = new HashMap<>();
        if (whole != null) {
            parts.putAll(whole.parts());
        }
        if (arriving != null) {
            parts.putAll(arriving.parts);
        }
        parts.keySet().retainAll(new HashSet<>(head.parts()));
        Set<PartDigest> missing = new HashSet<>(wanted);
        missing.removeAll(parts.keySet());
        arriving = new Arriving(head, parts, missing);
        asked = 0;
    }

    /// Parts of the head that is arriving; others are ignored.
    void add(List<byte[]> parts) {
        if (arriving == null) {
            return;
        }
        for (byte[] part : parts) {
            PartDigest digest = PartDigest.of(part);
            if (arriving.missing.remove(digest)) {
                arriving.parts.put(digest, part);
            }
        }
    }

    /// Whether what has arrived, with what was here already, is more than any document may be.
    boolean isTooLarge() {
        return arriving != null
                && SignedDocument.bytes(arriving.head, arriving.parts.values()) > DocumentParts.MAX_BYTES;
    }

    /// The parts to ask for.
    List<PartDigest> missing() {
        return arriving == null ? List.of() : List.copyOf(arriving.missing);
    }

    /// Makes the one that has arrived the current one.
    ///
    /// @return whether it is complete
    boolean complete() {
        if (arriving == null || !arriving.missing.isEmpty()) {
            return false;
        }
        replace(SignedDocument.of(arriving.head, arriving.parts));
        return true;
    }

    /// Keeps the newest of the heads that came too soon.
    void defer(DocumentHead head, NodeId by) {
        if (deferred == null || deferred.sequence() < head.sequence()) {
            deferred = head;
            from = by;
        }
    }

    /// Gives up what was arriving.
    void drop() {
        arriving = null;
        deferred = null;
    }
}
