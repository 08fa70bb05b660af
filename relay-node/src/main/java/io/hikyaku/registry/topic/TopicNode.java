package io.hikyaku.registry.topic;

import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.TokenBucket;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one registry topic holds of a node: the records of its document, and what it said too soon after other things.
/// Touched only by the control loop.
final class TopicNode {
    /// Parts of one node that are kept: those of the newest head, and those of the next one, which come before
    /// it.
    private static final int MAX_PARTS = 2 * DocumentHead.MAX_PARTS;

    /// How many bytes of them are kept.
    private static final long MAX_BYTES = 2L * DocumentParts.MAX_BYTES;

    /// A record that nobody has looked at yet.
    ///
    /// @param fresh whether it was written while we were reading
    record Late<T>(T value, boolean fresh) {}

    private final TokenBucket tokens;
    private final Map<PartDigest, byte[]> parts = new LinkedHashMap<>();
    private long partBytes;
    /// What its topic counts it as.
    long charged;

    private @Nullable DocumentHead head;
    /// Whether the head was written while we were reading, until its document is offered: that is when it counts.
    boolean fresh;
    /// Whether the head's document was offered.
    boolean offered;

    /// When it was last offered again because of a beat.
    private long offeredAgainAt;
    /// The count of the newest beat that was genuine.
    long beats = -1;

    /// The newest that came too soon; and whether they are scheduled to be looked at.
    @Nullable
    Late<DocumentHead> lateHead;

    @Nullable
    Late<Beat> lateBeat;

    boolean attended;

    TopicNode(long now) {
        this.tokens = new TokenBucket(now);
        this.offeredAgainAt = now - RegistryFlood.DIGEST.toNanos();
    }

    @Nullable
    DocumentHead head() {
        return head;
    }

    /// Memory that it is charged with, in bytes.
    long size() {
        return partBytes
                + SignedDocument.PART_OVERHEAD * parts.size()
                + (head == null ? 0 : SignedDocument.charge(head))
                + (lateHead == null ? 0 : SignedDocument.charge(lateHead.value));
    }

    void add(byte[] part) {
        PartDigest digest = PartDigest.of(part);
        if (parts.size() >= MAX_PARTS || partBytes + part.length > MAX_BYTES) {
            Set<PartDigest> named = named();
            if (!named.contains(digest)) {
                return;
            }
            keepOnly(named);
        }
        if (parts.putIfAbsent(digest, part) == null) {
            partBytes += part.length;
        }
    }

    /// The parts of its heads.
    private Set<PartDigest> named() {
        Set<PartDigest> named = new HashSet<>();
        if (head != null) {
            named.addAll(head.parts());
        }
        if (lateHead != null) {
            named.addAll(lateHead.value.parts());
        }
        return named;
    }

    /// A head that is genuine, the same as before or another one.
    void onHead(DocumentHead newest, boolean isFresh) {
        if (newest.equals(head)) {
            fresh |= isFresh && !offered;
        } else {
            head = newest;
            fresh = isFresh;
            offered = false;
        }
    }

    /// The document of its head, if all parts are there: then no others are kept.
    @Nullable
    SignedDocument whole() {
        if (head == null || !parts.keySet().containsAll(head.parts())) {
            return null;
        }
        keepOnly(new HashSet<>(head.parts()));
        return SignedDocument.of(head, parts);
    }

    private void keepOnly(Set<PartDigest> digests) {
        parts.keySet().retainAll(digests);
        partBytes = parts.values().stream().mapToLong(part -> part.length).sum();
    }

    /// Whether what it says now is looked at later: it has said much already.
    boolean hasToWait(long now) {
        return lateHead != null || lateBeat != null || !tokens.take(now);
    }

    /// Keeps the newest of the heads that came too soon. Whose it is has not been checked: a forger keeps nodes out
    /// only in its own topic.
    void defer(DocumentHead next, boolean isFresh) {
        Late<DocumentHead> before = lateHead;
        if (before != null && before.value.sequence() > next.sequence()) {
            return;
        }
        lateHead = new Late<>(next, isFresh || before != null && before.fresh && before.value.equals(next));
        if (parts.keySet().containsAll(next.parts())) {
            keepOnly(named());
        }
    }

    /// Keeps the newest of the beats that came too soon.
    void defer(Beat next, boolean isFresh) {
        if (lateBeat == null || lateBeat.value.count() < next.count()) {
            lateBeat = new Late<>(next, isFresh);
        }
    }

    /// Whether a document that was refused may be offered again: it is read anew, whole.
    boolean takeOfferAgain(long now) {
        if (now - offeredAgainAt < RegistryFlood.DIGEST.toNanos()) {
            return false;
        }
        offeredAgainAt = now;
        return true;
    }
}
