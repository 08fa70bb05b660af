package io.hikyaku.registry.flood;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.loop.Loop;
import io.hikyaku.registry.Publisher;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.SignedDocuments;
import io.hikyaku.registry.flood.FloodNeighbour.Has;
import io.hikyaku.route.NeighbourEvents;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Entry;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrame.SnapshotEnd;
import io.hikyaku.wire.route.RegistryFrame.Subscribe;
import io.hikyaku.wire.route.RegistryFrame.Summary;
import io.hikyaku.wire.route.RegistryFrame.Want;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Floods registry documents over links (PROTOCOL.md §4.5): keeps the newest of each node, passes it to all neighbours
/// but the one it came from, and gives a new neighbour what its summary lacks. What a document says stays opaque; that
/// a head is its node's own, and a part the head's, is checked before either is kept or passed on. A leaf may bring
/// only its own documents, and passes on nobody's. Touched only by the control loop, except where noted.
public final class RegistryFlood implements NeighbourEvents, Publisher.Sink {
    /// How long a node that forwards keeps the document of a node that cannot be reached: paths and documents come
    /// in any order.
    static final Duration GRACE = Duration.ofSeconds(10);
    /// The same on a node that passes nothing on: a node that comes back is then known already.
    static final Duration LEAF_GRACE = Duration.ofMinutes(10);
    /// How often neighbours compare what they know.
    public static final Duration DIGEST = Duration.ofMinutes(1);
    /// How often a node that does not forward, and so sends no digests, sends the head of its own document again.
    static final Duration OWN_HEAD = Duration.ofMinutes(10);
    /// How often this node's beat goes over links, where neighbours vouch for the node in between.
    public static final Duration BEAT = Duration.ofHours(2);

    private static final Duration HOUSEKEEPING = Duration.ofSeconds(1);
    /// When parts that did not come are asked for again, and how often.
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private static final int MAX_ASKED = 30;
    /// The most digests that may differ before a summary is sent, when summaries do not help.
    private static final int MAX_PATIENCE = 64;

    /// What to do with documents on this node.
    public interface Receiver {
        /// A document newer than the last one of its node, or with other parts that were wanted.
        ///
        /// @return false if it is not believed, so that it is not passed on
        boolean onDocument(SignedDocument document);

        /// Whether there is no need to offer this document of the node again.
        boolean knows(NodeId node, long sequence);

        /// A node's own sign of life.
        void onBeat(Beat beat);

        /// A neighbour delivers to the node now, or none does any more.
        void onVouched(NodeId node, boolean now);

        /// A neighbour has told everything that it knew.
        void onSnapshotEnd();
    }

    private final NodeId self;
    private final boolean forwards;
    private final Loop loop;
    private final Receiver receiver;
    private final FloodedDocuments documents;
    private final Map<NodeId, FloodNeighbour> neighbours = new HashMap<>();
    private final Set<NodeId> vouched = new HashSet<>();
    private final Counter notAllowed;
    private final Counter tooMany;
    private final Counter notGenuine;
    private Subscription subscription = Subscription.EVERYTHING;
    /// Whether it was ever something else, so that neighbours have to be told.
    private boolean subscribed;

    private long beatAt;
    private long digestsAt;
    private long ownHeadAt;
    private boolean closed;

    public RegistryFlood(
            NodeId self, boolean forwards, RegistryLimits limits, Loop loop, Receiver receiver, MeterRegistry meters) {
        this.self = self;
        this.forwards = forwards;
        this.loop = loop;
        this.receiver = receiver;
        this.documents = new FloodedDocuments(limits.budget(), meters);
        this.beatAt = loop.nanos();
        this.digestsAt = loop.nanos();
        this.ownHeadAt = loop.nanos();
        this.notAllowed = counter(meters, "not-allowed");
        this.tooMany = counter(meters, "too-many");
        this.notGenuine = counter(meters, "not-genuine");
        loop.schedule(HOUSEKEEPING, this::keepHouse);
    }

    private static Counter counter(MeterRegistry meters, String reason) {
        return Counter.builder("hikyaku.registry.dropped.documents")
                .description("Documents that were neither kept nor passed on")
                .tag("reason", reason)
                .register(meters);
    }

    /// Ends the timer; any thread.
    public void close() {
        loop.execute(() -> closed = true);
    }

    /// Floods this node's own document.
    @Override
    public void publish(SignedDocument document) {
        FloodedDocument kept = documents.keep(self, loop.nanos());
        kept.replace(document);
        documents.onChange(kept);
        flood(kept, self);
    }

    @Override
    public void beat(Beat beat) {
        FloodedDocument own = documents.get(self);
        if (own != null) {
            own.beat = beat;
        }
        if (loop.nanos() - beatAt >= BEAT.toNanos()) {
            beatAt = loop.nanos();
            neighbours.values().forEach(out -> out.offer(beat));
        }
    }

    /// Wants only those parts with exports that hold these services; any thread. Not for a node that forwards,
    /// which needs all of them for others.
    public void subscribeTo(Collection<String> services) {
        Subscription wanted = Subscription.to(services);
        loop.execute(() -> {
            if (forwards || wanted.equals(subscription)) {
                return;
            }
            subscription = wanted;
            subscribed = true;
            neighbours.values().forEach(out -> out.subscribe(wanted));
            List.copyOf(documents.all()).forEach(this::wantMore);
        });
    }

    private void wantMore(FloodedDocument kept) {
        DocumentHead head = kept.head();
        if (head != null && !kept.node.equals(self) && (kept.isArriving() || lacksWanted(kept))) {
            kept.begin(head, subscription.of(head));
            documents.onChange(kept);
            onParts(kept, kept.from == null ? self : kept.from);
        }
    }

    /// Whether it is complete except for parts that are wanted by now.
    private boolean lacksWanted(FloodedDocument kept) {
        SignedDocument whole = kept.whole();
        return whole != null
                && !kept.isArriving()
                && !whole.parts().keySet().containsAll(subscription.of(whole.head()));
    }

    // ------------------------------------------------------------------------------------------- neighbours

    @Override
    public void onNeighbourUp(Neighbour neighbour, Link link) {
        FloodNeighbour out = new FloodNeighbour(self, neighbour, link, neighbours.get(neighbour.node()), loop.nanos());
        neighbours.put(neighbour.node(), out);
        if (subscribed) {
            out.subscribe(subscription);
        }
        out.summarize(entriesFor(out));
    }

    /// What it may tell us, as far as we know it.
    private List<Entry> entriesFor(FloodNeighbour out) {
        return documents.all().stream()
                .filter(kept -> kept.sequence() > 0 && !kept.node.equals(self))
                .filter(kept -> out.neighbour.mayForward() || kept.node.equals(out.node()))
                .map(kept -> new Entry(kept.node, kept.sequence()))
                .toList();
    }

    @Override
    public void onNeighbourDown(NodeId node) {
        neighbours.remove(node);
    }

    @Override
    public void onDrained(NodeId node) {
        FloodNeighbour out = neighbours.get(node);
        if (out != null) {
            out.send(documents::get);
        }
    }

    @Override
    public void onVouched(NodeId node, boolean now) {
        if (now) {
            vouched.add(node);
        } else {
            vouched.remove(node);
            FloodedDocument kept = documents.get(node);
            if (kept != null) {
                kept.unreachableSince = loop.nanos();
            }
        }
        receiver.onVouched(node, now);
    }

    // ------------------------------------------------------------------------------------------- frames

    @Override
    public void onRegistryFrame(Neighbour from, RegistryFrame frame) {
        FloodNeighbour out = neighbours.get(from.node());
        if (out == null) {
            return; // it went down while the frame was on its way to this loop
        }
        switch (frame) {
            case Document document -> onDocument(out, document);
            case Parts parts -> {
                FloodedDocument kept = documents.get(parts.node());
                if (kept != null && kept.isArriving()) {
                    add(kept, parts.parts(), from.node());
                }
            }
            case Want want -> onWant(out, want);
            case Beat beat -> onBeat(out, beat);
            case Summary summary -> onSummary(out, summary);
            case Subscribe subscribe -> out.subscription = Subscription.of(subscribe);
            case Digest digest -> onDigest(out, digest);
            case SnapshotEnd end -> {
                out.toldAll = from.mayForward();
                out.awaited = documents.all().stream()
                        .filter(kept -> kept.isArrivingBy(from.node()))
                        .collect(Collectors.toMap(kept -> kept.node, FloodedDocument::newest));
                tellSnapshotEnd();
            }
        }
    }

    /// A node that does not forward speaks only for itself.
    private boolean mayTellUs(FloodNeighbour from, NodeId node) {
        boolean may = from.neighbour.mayForward() || node.equals(from.node());
        if (!may) {
            notAllowed.increment();
        }
        return may;
    }

    private void onDocument(FloodNeighbour from, Document document) {
        DocumentHead head;
        try {
            head = DocumentHeads.read(document.head());
        } catch (Malformed e) {
            notGenuine.increment();
            return;
        }
        NodeId node = head.node();
        if (node.equals(self) || !mayTellUs(from, node)) {
            return; // our own came round a loop
        }
        FloodedDocument kept = documents.get(node);
        if (kept != null && head.sequence() <= kept.newest()) {
            if (kept.isArriving() && head.sequence() == kept.newest()) {
                add(kept, document.parts(), from.node());
            }
        } else if (kept == null && documents.isFull()) {
            tooMany.increment();
        } else if (!isGenuine(from, () -> SignedDocuments.isGenuine(head))) {
            notGenuine.increment();
        } else if (kept != null && !kept.takeToken(loop.nanos())) {
            tooMany.increment();
            from.onWasted();
            kept.defer(head, from.node());
            documents.onChange(kept);
        } else {
            begin(head, document.parts(), from.node());
        }
    }

    /// Checked before a node's tokens are taken, or a forger could use them up.
    private boolean isGenuine(FloodNeighbour from, BooleanSupplier checked) {
        if (!from.mayBeChecked(loop.nanos())) {
            return false;
        }
        boolean is = checked.getAsBoolean();
        if (!is) {
            from.onWasted();
        }
        return is;
    }

    private void begin(DocumentHead head, List<byte[]> parts, NodeId from) {
        FloodedDocument kept = documents.keep(head.node(), loop.nanos());
        kept.deferred = null;
        kept.begin(head, subscription.of(head));
        add(kept, parts, from);
    }

    private void add(FloodedDocument kept, List<byte[]> parts, NodeId from) {
        kept.add(parts);
        if (!documents.onChange(kept) || kept.isTooLarge()) {
            tooMany.increment();
            drop(kept);
        } else {
            onParts(kept, from);
        }
    }

    /// Takes the document if it has arrived, else asks for what is missing.
    private void onParts(FloodedDocument kept, NodeId from) {
        boolean complete = kept.complete();
        documents.onChange(kept);
        if (complete) {
            onWhole(kept, from);
        } else if (kept.asked == 0) {
            ask(kept, from);
        }
        tellSnapshotEnd();
    }

    private void onWhole(FloodedDocument kept, NodeId from) {
        SignedDocument whole = kept.whole();
        if (whole == null) {
            throw new IllegalStateException("No document of " + kept.node);
        }
        kept.genuine = receiver.onDocument(whole);
        if (kept.genuine) {
            flood(kept, from);
        } else {
            notGenuine.increment();
        }
    }

    /// Asks the neighbour that the head came from or, if that is gone, one that may have it.
    private void ask(FloodedDocument kept, NodeId from) {
        kept.from = from;
        kept.askedAt = loop.nanos();
        kept.asked++;
        FloodNeighbour known = neighbours.get(from);
        Want want = new Want(kept.node, kept.missing());
        if (known != null) {
            known.offer(want);
        } else {
            neighbours.values().stream()
                    .filter(out -> out.neighbour.mayForward() || out.node().equals(kept.node))
                    .forEach(out -> out.offer(want));
        }
    }

    private void onWant(FloodNeighbour from, Want want) {
        FloodedDocument kept = documents.get(want.node());
        SignedDocument whole = kept == null ? null : kept.whole();
        if (whole != null && mayTell(from, want.node())) {
            from.answer(whole, want.parts());
        }
    }

    private void onBeat(FloodNeighbour from, Beat beat) {
        FloodedDocument kept = documents.get(beat.node());
        DocumentHead head = kept == null ? null : kept.head();
        if (kept == null || head == null || beat.node().equals(self) || !mayTellUs(from, beat.node())) {
            return;
        }
        boolean newer = kept.beat == null || beat.count() > kept.beat.count();
        if (!newer) {
            return;
        }
        if (!isGenuine(from, () -> SignedDocuments.isGenuine(beat, head))) {
            notGenuine.increment();
            return;
        }
        if (!kept.takeToken(loop.nanos())) {
            from.onWasted();
            return;
        }
        kept.beat = beat;
        receiver.onBeat(beat);
        if (loop.nanos() - kept.offeredAt >= DIGEST.toNanos() && offerAgain(kept)) {
            kept.offeredAt = loop.nanos();
        }
        for (FloodNeighbour out : neighbours.values()) {
            if (!out.equals(from) && mayTell(out, beat.node())) {
                out.offer(beat);
            }
        }
    }

    private void onSummary(FloodNeighbour from, Summary frame) {
        Map<NodeId, Long> theirs = from.onSummary(frame, FloodedDocuments.MAX_NODES, loop.nanos());
        if (theirs == null) {
            return;
        }
        creditOnFlush(from, theirs, Has.NOTHING);
        from.send(documents::get);
    }

    /// @param unsaid what it has of documents that it did not name
    private void creditOnFlush(FloodNeighbour out, Map<NodeId, Long> theirs, Has unsaid) {
        for (FloodedDocument kept : documents.all()) {
            long known = theirs.getOrDefault(kept.node, 0L);
            if (kept.genuine && known < kept.sequence() && mayTell(out, kept.node)) {
                out.creditOnFlush(kept.node, known == 0 ? unsaid : Has.SOMETHING);
            }
        }
    }

    private void onDigest(FloodNeighbour from, Digest theirs) {
        if (!from.neighbour.mayForward() || documents.all().stream().anyMatch(kept -> kept.isArrivingBy(from.node()))) {
            return; // what differs is on its way
        }
        if (new KnownDigest(vouchedDocuments()).without(self).equals(theirs)) {
            from.mismatches = 0;
            from.patience = 2;
        } else if (++from.mismatches >= from.patience) {
            from.mismatches = 0;
            from.patience = Math.min(MAX_PATIENCE, 2 * from.patience);
            from.summarize(entriesFor(from));
        }
    }

    private Collection<FloodedDocument> vouchedDocuments() {
        return documents.all().stream()
                .filter(kept -> kept.node.equals(self) || vouched.contains(kept.node))
                .toList();
    }

    /// Once, when nothing is missing any more of what the neighbour told.
    private void tellSnapshotEnd() {
        for (FloodNeighbour out : neighbours.values()) {
            if (out.toldAll && !waitsFor(out)) {
                out.toldAll = false;
                receiver.onSnapshotEnd();
            }
        }
    }

    private boolean waitsFor(FloodNeighbour out) {
        return out.awaited.entrySet().stream().anyMatch(awaited -> {
            FloodedDocument kept = documents.get(awaited.getKey());
            return kept != null && kept.isArriving() && kept.newest() == awaited.getValue();
        });
    }

    // ------------------------------------------------------------------------------------------- documents

    private void drop(FloodedDocument kept) {
        documents.drop(kept);
        tellSnapshotEnd();
    }

    private void flood(FloodedDocument kept, NodeId from) {
        for (FloodNeighbour out : neighbours.values()) {
            if (!out.node().equals(from) && mayTell(out, kept.node)) {
                out.creditOnFlush(kept.node, Has.BEFORE);
                out.send(documents::get);
            }
        }
    }

    /// A leaf speaks only for itself; nobody needs to hear what it said itself.
    private boolean mayTell(FloodNeighbour out, NodeId node) {
        return (forwards || node.equals(self)) && !node.equals(out.node());
    }

    // ------------------------------------------------------------------------------------------- time

    private void keepHouse() {
        if (closed) {
            return;
        }
        loop.schedule(HOUSEKEEPING, this::keepHouse);
        long now = loop.nanos();
        forgetUnreachable(now);
        for (FloodedDocument kept : List.copyOf(documents.all())) {
            attend(kept, now);
        }
        for (FloodNeighbour out : neighbours.values()) {
            if (out.greetsUnasked(now)) {
                creditOnFlush(out, Map.of(), Has.SOMETHING); // heads alone, for it may have them all
            }
            out.send(documents::get);
        }
        if (now - digestsAt >= DIGEST.toNanos()) {
            digestsAt = now;
            offerAgain();
            documents.all().stream().filter(this::lacksWanted).toList().forEach(this::wantMore);
            tellDigests();
        }
    }

    private void forgetUnreachable(long now) {
        long grace = (forwards ? GRACE : LEAF_GRACE).toNanos();
        documents.removeIf(
                kept -> !kept.node.equals(self) && !vouched.contains(kept.node) && now - kept.unreachableSince > grace);
        tellSnapshotEnd();
    }

    private void attend(FloodedDocument kept, long now) {
        DocumentHead deferred = kept.deferred;
        if (deferred != null && kept.takeToken(now)) {
            kept.deferred = null;
            documents.onChange(kept);
            if (deferred.sequence() > kept.newest()) {
                begin(deferred, List.of(), kept.from == null ? self : kept.from);
            }
        } else if (kept.isArriving() && now - kept.askedAt >= ASK_AGAIN.toNanos()) {
            if (kept.asked >= MAX_ASKED) {
                drop(kept);
            } else {
                ask(kept, kept.asked % 2 == 0 && kept.from != null ? kept.from : self);
            }
        }
    }

    /// What was not believed may be believed by now: clocks are set, and trust is renewed.
    private void offerAgain() {
        documents.all().forEach(this::offerAgain);
    }

    /// @return whether there was a need to
    private boolean offerAgain(FloodedDocument kept) {
        SignedDocument whole = kept.whole();
        if (whole == null || whole.head().leaving() || receiver.knows(kept.node, kept.sequence())) {
            return false;
        }
        if (receiver.onDocument(whole)) {
            kept.genuine = true;
            flood(kept, self);
        }
        return true;
    }

    private void tellDigests() {
        if (!forwards) {
            tellOwnHead();
            return;
        }
        KnownDigest known = new KnownDigest(vouchedDocuments());
        for (FloodNeighbour out : neighbours.values()) {
            if (out.isOwedNothing()) {
                out.offer(known.without(out.node()));
            }
        }
    }

    /// In case a relay dropped the document for lack of room.
    private void tellOwnHead() {
        FloodedDocument own = documents.get(self);
        SignedDocument whole = own == null ? null : own.whole();
        if (whole != null && loop.nanos() - ownHeadAt >= OWN_HEAD.toNanos()) {
            ownHeadAt = loop.nanos();
            Document head = new Document(DocumentHeads.write(whole.head()), List.of());
            neighbours.values().stream().filter(FloodNeighbour::isOwedNothing).forEach(out -> out.offer(head));
        }
    }
}
