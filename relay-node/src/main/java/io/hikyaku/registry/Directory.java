package io.hikyaku.registry;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.loop.Loop;
import io.hikyaku.registry.KnownNode.State;
import io.hikyaku.registry.SignedDocuments.ReadDocument;
import io.hikyaku.registry.SignedDocuments.Reason;
import io.hikyaku.registry.SignedDocuments.Verdict;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verified view of the nodes of a mesh (PROTOCOL.md §8.2, §8.3). A node lives while a neighbour vouches for it,
/// while its beats rise, or while a channel to it is alive; after a fixed time without any of these it is lost, by this
/// reader's monotonic clock, so no two clocks need agree. What a lost node exported stays known for a while: it cannot
/// be reached, which is not the same as not existing. Forged, foreign, rolled back and replayed documents are ignored
/// and counted.
///
/// Offers come on the control loop; views are immutable and for any thread.
public final class Directory {
    /// Most nodes known at once.
    public static final int MAX_NODES = 20_000;
    /// Most forgotten nodes that are remembered, so that a replay does not bring them back.
    static final int MAX_FORGOTTEN = 20_000;
    /// How long what a lost node exported stays known.
    public static final Duration LOST_KEPT = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final Duration CHECK = Duration.ofSeconds(1);
    /// A process that was suspended for longer was not listening meanwhile.
    private static final Duration MOST_BETWEEN_CHECKS = Duration.ofSeconds(3);
    /// Statements that are checked again at a time, after the trust has changed.
    private static final int CHECKED_AGAIN = 50;

    /// Hears of changes; called on the control loop, after the change is visible in [Directory#live()].
    public interface Listener {
        /// A node is new, or says something different from before.
        void onLive(NodeDocument document);

        /// A node left, or was silent too long; called again when what is known of it changes, or is forgotten.
        void onGone(NodeId node);
    }

    /// Other evidence of whether nodes live; on the control loop.
    public interface Signs {
        /// Whether a channel to the node is alive.
        boolean isProven(NodeId node);

        /// Whether a node's beat would be heard now. False while what carries beats is known to be away.
        boolean isHeard(NodeDocument document);

        static Signs none() {
            return new Signs() {
                @Override
                public boolean isProven(NodeId node) {
                    return false;
                }

                @Override
                public boolean isHeard(NodeDocument document) {
                    return true;
                }
            };
        }
    }

    /// @param left whether it said so itself; then nothing of that sequence counts any more
    private record Forgotten(long sequence, long beat, long signedAt, boolean left) {}

    private final NodeId self;
    private final Supplier<MeshTrust> trust;
    private final RegistryLimits limits;
    private final Loop loop;
    private final Map<NodeId, KnownNode> nodes = new HashMap<>();
    private final Set<NodeId> vouched = new HashSet<>();
    private final Map<NodeId, Forgotten> forgotten = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeId, Forgotten> eldest) {
            return size() > MAX_FORGOTTEN;
        }
    };
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Deque<NodeId> toVerifyAgain = new ArrayDeque<>();
    private Signs signs = Signs.none();
    private MeshTrust trusted;
    private long checkedAt;
    private long bytes;
    private boolean closed;

    private final NodeViews views = new NodeViews();
    private volatile boolean ready;

    /// @param self this node, whose own documents are ignored
    /// @param trust as it is when a document comes
    public Directory(NodeId self, Supplier<MeshTrust> trust, RegistryLimits limits, Loop loop, MeterRegistry meters) {
        this.self = self;
        this.trust = trust;
        this.limits = limits;
        this.loop = loop;
        this.trusted = trust.get();
        this.checkedAt = loop.nanos();
        for (Reason reason : Reason.values()) {
            String label = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            refused.put(
                    reason,
                    Counter.builder("hikyaku.registry.refused.documents")
                            .description("Documents that were ignored")
                            .tag("reason", label)
                            .register(meters));
        }
        Gauge.builder("hikyaku.registry.live.nodes", () -> live().size())
                .description("Other nodes that live")
                .register(meters);
        Gauge.builder("hikyaku.registry.lost.nodes", () -> lost().size())
                .description("Other nodes that fell silent and whose exports are remembered")
                .register(meters);
        loop.schedule(CHECK, this::check);
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    /// Names the other evidence of whether nodes live; before anything is offered.
    public void watch(Signs others) {
        signs = others;
    }

    /// Ends the timer.
    public void close() {
        loop.execute(() -> closed = true);
    }

    /// All other nodes that live, without those known only from Kafka's past records.
    public Map<NodeId, NodeDocument> live() {
        return views.live();
    }

    public Optional<NodeDocument> live(NodeId node) {
        return Optional.ofNullable(live().get(node));
    }

    /// Nodes that fell silent recently, with what they said last.
    public Map<NodeId, NodeDocument> lost() {
        return views.lost();
    }

    /// Whether a first snapshot has been received, from a neighbour or from Kafka.
    public boolean ready() {
        return ready;
    }

    /// All documents that a source had at the beginning have been offered.
    public void onSnapshotEnd() {
        ready = true;
    }

    /// Whether anything is known of the node, or nothing needs to be.
    public boolean knows(NodeId node) {
        return node.equals(self) || nodes.containsKey(node);
    }

    /// Whether there is no need to offer a document of the node again: it, or a newer one, was accepted.
    public boolean knows(NodeId node, long sequence) {
        KnownNode known = nodes.get(node);
        return node.equals(self) || known != null && known.sequence() >= sequence;
    }

    /// Takes a document whose head is known to be genuine.
    ///
    /// @param fresh whether it tells that the node lives now: it came over links, or from Kafka after the end of
    ///     what was there already. Otherwise the node is not listed until there is another sign
    /// @return whether it is genuine and not older than what is known
    public boolean offer(SignedDocument signed, boolean fresh) {
        NodeId node = signed.node();
        if (node.equals(self)) {
            return true;
        }
        KnownNode known = nodes.get(node);
        Forgotten before = forgotten.get(node);
        long newest = known != null ? known.sequence() : before == null ? 0 : before.sequence;
        if (signed.sequence() < newest) {
            return refuse(Reason.ROLLED_BACK, "sequence " + signed.sequence() + " after " + newest + " of " + node);
        }
        if (signed.sequence() == newest && known != null) {
            return offerAgain(known, signed, fresh);
        }
        if (signed.sequence() == newest && before != null && !mayReturn(before)) {
            return before.left && signed.head().leaving() || refuse(Reason.ROLLED_BACK, "again of " + node);
        }
        if (signed.head().leaving()) {
            forget(node, new Forgotten(signed.sequence(), 0, loop.nanos(), true));
            return true;
        }
        long signedAt = before != null && signed.sequence() == newest ? before.signedAt : loop.nanos();
        return take(known, signed, fresh, signedAt);
    }

    private boolean mayReturn(Forgotten node) {
        return !node.left && KnownNode.isWithinLease(node.signedAt, loop.nanos());
    }

    private boolean offerAgain(KnownNode known, SignedDocument signed, boolean fresh) {
        if (!known.read.signed().head().equals(signed.head())) {
            return refuse(Reason.EQUIVOCATED, "two documents " + signed.sequence() + " of " + signed.node());
        }
        boolean others =
                !known.read.signed().parts().keySet().equals(signed.parts().keySet()); // are wanted now
        if (others && read(known, signed, known.signedAt) == null) {
            return false;
        }
        if (fresh && known.state == State.UNCONFIRMED) {
            known.silence = 0;
            toLive(known);
        }
        return true;
    }

    private boolean take(@Nullable KnownNode known, SignedDocument signed, boolean fresh, long signedAt) {
        KnownNode taken = read(known, signed, signedAt);
        if (taken == null) {
            return false;
        }
        taken.onSigned(signedAt);
        Forgotten past = forgotten.remove(signed.node());
        taken.beat = Math.max(taken.beat, past == null ? 0 : past.beat);
        nodes.put(signed.node(), taken);
        if (fresh || vouched.contains(signed.node())) {
            toLive(taken);
        }
        return true;
    }

    /// Reads what a node says, in place of what it said before. Whether it lives is another question.
    ///
    /// @return null if it is refused
    private @Nullable KnownNode read(@Nullable KnownNode known, SignedDocument signed, long signedAt) {
        return switch (SignedDocuments.read(signed, trust.get(), known == null ? null : known.read)) {
            case Verdict.Refused(Reason reason, String detail) -> {
                refuse(reason, detail);
                yield null;
            }
            case Verdict.Genuine(ReadDocument read) -> {
                long more = signed.size() + read.textBytes() - (known == null ? 0 : known.size());
                if (bytes + more > limits.budget().bytes() || known == null && nodes.size() >= MAX_NODES) {
                    refuse(Reason.TOO_MANY, "no room for " + signed.node());
                    yield null;
                }
                bytes += more;
                if (known == null) {
                    yield new KnownNode(read, signedAt);
                }
                NodeDocument before = known.read.document();
                known.read = read;
                tellChange(known, before);
                yield known;
            }
        };
    }

    private boolean refuse(Reason reason, String detail) {
        Counter counter = refused.get(reason);
        if (counter != null) {
            counter.increment();
        }
        LOG.debug("ignored a registry document, {}: {}", reason, detail);
        return false;
    }

    /// A beat that the node's own key signed.
    ///
    /// @param fresh as with [#offer]
    /// @return whether it tells of a node that is known or was that it lives
    public boolean onBeat(Beat beat, boolean fresh) {
        KnownNode known = nodes.get(beat.node());
        Forgotten before = forgotten.get(beat.node());
        if (known != null && beat.count() > known.beat) {
            known.beat = beat.count();
            if (fresh) {
                known.onSigned(loop.nanos());
                toLive(known);
            }
            return fresh;
        }
        if (known == null && before != null && !before.left && beat.count() > before.beat && fresh) {
            forgotten.put(beat.node(), new Forgotten(before.sequence, beat.count(), loop.nanos(), false));
            return true;
        }
        return false;
    }

    /// A neighbour delivers to the node now, or none does any more.
    public void onVouched(NodeId node, boolean now) {
        if (!now) {
            vouched.remove(node);
            return;
        }
        vouched.add(node);
        KnownNode known = nodes.get(node);
        if (known != null && KnownNode.isWithinLease(known.signedAt, loop.nanos())) {
            known.silence = 0;
            toLive(known);
        }
    }

    private void toLive(KnownNode known) {
        if (known.state != State.LIVE) {
            known.state = State.LIVE;
            views.toLive(known.read.document());
            listeners.forEach(listener -> listener.onLive(known.read.document()));
        }
    }

    private void tellChange(KnownNode known, NodeDocument before) {
        NodeDocument now = known.read.document();
        boolean same = now.equals(before.with(now.sequence(), before.exports()));
        switch (known.state) {
            case UNCONFIRMED -> {}
            case LIVE -> {
                views.toLive(now);
                if (!same) {
                    listeners.forEach(listener -> listener.onLive(now));
                }
            }
            case LOST -> {
                views.toLost(now);
                if (!same) {
                    listeners.forEach(listener -> listener.onGone(now.node()));
                }
            }
        }
    }

    private void toLost(KnownNode known) {
        known.state = State.LOST;
        known.silence = 0;
        views.toLost(known.read.document());
        listeners.forEach(listener -> listener.onGone(known.read.document().node()));
    }

    /// Its document is taken again when the node has signed something since.
    private void forget(KnownNode known) {
        forget(known.read.document().node(), new Forgotten(known.sequence(), known.beat, known.signedAt, false));
    }

    private void forget(NodeId node, Forgotten remembered) {
        forgotten.put(node, remembered);
        KnownNode known = nodes.remove(node);
        if (known != null) {
            bytes -= known.size();
            views.remove(node);
            if (known.state != State.UNCONFIRMED) {
                listeners.forEach(listener -> listener.onGone(node));
            }
        }
    }

    // ------------------------------------------------------------------------------------------- time

    private void check() {
        if (closed) {
            return;
        }
        loop.schedule(CHECK, this::check);
        long now = loop.nanos();
        long elapsed = Math.min(now - checkedAt, MOST_BETWEEN_CHECKS.toNanos());
        checkedAt = now;
        for (KnownNode known : new ArrayList<>(nodes.values())) {
            check(known, elapsed, now);
        }
        verifyAgain();
    }

    private void check(KnownNode known, long elapsed, long now) {
        NodeDocument document = known.read.document();
        NodeId node = document.node();
        known.pass(elapsed, now, vouched.contains(node), signs.isProven(node), signs.isHeard(document));
        if (known.state != State.LIVE && known.silence == 0) {
            toLive(known);
        } else if (known.state == State.LIVE && known.silence > limits.expiry().toNanos()) {
            toLost(known);
        } else if (known.silence > (known.state == State.LOST ? LOST_KEPT : limits.expiry()).toNanos()) {
            forget(known);
        }
        Instant valid = known.read.statement().notAfter();
        if (nodes.containsKey(node) && valid.isBefore(trusted.now().toInstant())) {
            refuse(Reason.FORGED, "the statement of " + node + " expired");
            forget(known);
        }
    }

    /// Nodes believed under an earlier trust are checked again, a few at a time.
    private void verifyAgain() {
        if (!trust.get().equals(trusted)) {
            trusted = trust.get();
            toVerifyAgain.clear();
            toVerifyAgain.addAll(nodes.keySet());
        }
        for (int i = 0; i < CHECKED_AGAIN && !toVerifyAgain.isEmpty(); i++) {
            NodeId node = toVerifyAgain.remove();
            KnownNode known = nodes.get(node);
            if (known != null
                    && SignedDocuments.read(known.read.signed(), trusted, known.read) instanceof Verdict.Refused no) {
                refuse(no.reason(), no.detail());
                forget(known);
            }
        }
    }
}
