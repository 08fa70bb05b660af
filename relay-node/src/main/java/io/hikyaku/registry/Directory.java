package io.hikyaku.registry;

import io.hikyaku.config.RegistryLimits;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.registry.SignedDocuments.Reason;
import io.hikyaku.registry.SignedDocuments.Verdict;
import io.hikyaku.route.ControlLoop;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verified view of the live nodes of a mesh (PROTOCOL.md §8.2). A node lives while the sequence of its
/// documents rises: it is forgotten a stated time after that stopped, by this reader's monotonic clock, so no two
/// clocks need agree. Forged, foreign, rolled back and replayed documents are ignored and counted.
///
/// Offers come on the control loop; views are immutable and for any thread.
public final class Directory {
    /// Most nodes known at once.
    static final int MAX_NODES = 20_000;
    /// Most forgotten nodes whose last sequence is remembered, so that a replay does not bring them back.
    static final int MAX_FORGOTTEN = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);

    /// What changes; called on the control loop, after the change is visible in [Directory#live()].
    public interface Listener {
        /// A node is new, or says something else than before.
        void onLive(NodeDocument document);

        /// A node left, or was silent too long.
        void onGone(NodeId node);
    }

    /// @param confirmed whether it is known to live now, not only to have lived when Kafka took its document
    private record Known(NodeDocument document, byte[] signed, boolean confirmed, long risenAt) {}

    private final NodeId self;
    private final Supplier<MeshTrust> trust;
    private final RegistryLimits limits;
    private final ControlLoop loop;
    private final Map<NodeId, Known> nodes = new HashMap<>();
    private final Map<NodeId, Long> forgotten = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeId, Long> eldest) {
            return size() > MAX_FORGOTTEN;
        }
    };
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private long bytes;
    private boolean closed;

    private volatile Map<NodeId, NodeDocument> live = Map.of();
    private volatile boolean ready;

    /// @param self this node, whose own documents are not taken
    /// @param trust as it is when a document comes
    public Directory(
            NodeId self, Supplier<MeshTrust> trust, RegistryLimits limits, ControlLoop loop, MeterRegistry meters) {
        this.self = self;
        this.trust = trust;
        this.limits = limits;
        this.loop = loop;
        for (Reason reason : Reason.values()) {
            String label = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            refused.put(
                    reason,
                    Counter.builder("hikyaku.registry.refused.documents")
                            .description("Documents that were ignored")
                            .tag("reason", label)
                            .register(meters));
        }
        Gauge.builder("hikyaku.registry.live.nodes", () -> live.size())
                .description("Other nodes that live")
                .register(meters);
        loop.schedule(EXPIRY_CHECK, this::expire);
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    /// Ends the timer.
    public void close() {
        loop.execute(() -> closed = true);
    }

    /// All other nodes that live, without those that only Kafka's past speaks of.
    public Map<NodeId, NodeDocument> live() {
        return live;
    }

    public Optional<NodeDocument> live(NodeId node) {
        return Optional.ofNullable(live.get(node));
    }

    /// Whether a first snapshot has been received, from a neighbour or from Kafka.
    public boolean ready() {
        return ready;
    }

    /// All documents that a source had at the beginning have been offered.
    public void onSnapshotEnd() {
        ready = true;
    }

    /// Takes a signed document.
    ///
    /// @param fresh whether it tells that the node lives now: it came over links, or from Kafka after the end of
    ///     what was there already. Else the node is not listed until a fresh one comes
    /// @return whether it is genuine and not older than what is known
    public boolean offer(byte[] signed, boolean fresh) {
        return switch (SignedDocuments.verify(signed, trust.get())) {
            case Verdict.Refused(Reason reason, String detail) -> refuse(reason, detail);
            case Verdict.Genuine(NodeDocument document) ->
                document.node().equals(self) || take(document, signed, fresh);
        };
    }

    /// As [#offer(byte\[\],boolean)] where the node and sequence are claimed outside the signature too: spares
    /// verifying what is known already.
    boolean offer(NodeId node, long sequence, byte[] signed) {
        Known known = nodes.get(node);
        if (known != null && Arrays.equals(known.signed, signed)) {
            confirm(known);
            return true;
        }
        return switch (SignedDocuments.verify(signed, trust.get())) {
            case Verdict.Refused(Reason reason, String detail) -> refuse(reason, detail);
            case Verdict.Genuine(NodeDocument document)
            when !document.node().equals(node) || document.sequence() != sequence ->
                refuse(Reason.FOREIGN, "announced as another node's, or under another sequence");
            case Verdict.Genuine(NodeDocument document) -> document.node().equals(self) || take(document, signed, true);
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

    private boolean take(NodeDocument document, byte[] signed, boolean fresh) {
        NodeId node = document.node();
        Known known = nodes.get(node);
        long newest = known != null ? known.document.sequence() : forgotten.getOrDefault(node, 0L);
        if (document.sequence() < newest) {
            return refuse(Reason.ROLLED_BACK, "sequence " + document.sequence() + " after " + newest + " of " + node);
        }
        if (document.sequence() == newest) {
            return known != null ? takeAgain(known, document, fresh) : refuse(Reason.ROLLED_BACK, "again of " + node);
        }
        if (document.leaving()) {
            forget(node, document.sequence());
            return true;
        }
        long more = (long) signed.length - (known == null ? 0 : known.signed.length);
        if (bytes + more > limits.budget().bytes() || known == null && nodes.size() >= MAX_NODES) {
            return refuse(Reason.TOO_MANY, "no room for " + node);
        }
        bytes += more;
        forgotten.remove(node);
        boolean confirmed = fresh || known != null && known.confirmed;
        Known now = new Known(document, signed, confirmed, loop.nanos());
        nodes.put(node, now);
        if (confirmed) {
            tell(known, now);
        }
        return true;
    }

    private boolean takeAgain(Known known, NodeDocument document, boolean fresh) {
        if (!known.document.equals(document)) {
            return refuse(Reason.EQUIVOCATED, "two documents " + document.sequence() + " of " + document.node());
        }
        if (fresh) {
            confirm(known);
        }
        return true;
    }

    private void confirm(Known known) {
        if (!known.confirmed) {
            Known now = new Known(known.document, known.signed, true, loop.nanos());
            nodes.put(known.document.node(), now);
            tell(null, now);
        }
    }

    private void tell(@Nullable Known before, Known now) {
        Map<NodeId, NodeDocument> changed = new HashMap<>(live);
        changed.put(now.document.node(), now.document);
        live = Map.copyOf(changed);
        if (before == null || !before.confirmed || !sameButSequence(before.document, now.document)) {
            listeners.forEach(listener -> listener.onLive(now.document));
        }
    }

    private static boolean sameButSequence(NodeDocument a, NodeDocument b) {
        return a.equals(new NodeDocument(
                b.node(),
                b.member(),
                b.statement(),
                a.sequence(),
                b.shardCount(),
                b.forwards(),
                b.leaving(),
                b.exports(),
                b.load(),
                b.kafka()));
    }

    private void forget(NodeId node, long sequence) {
        forgotten.put(node, sequence);
        Known known = nodes.remove(node);
        if (known == null) {
            return;
        }
        bytes -= known.signed.length;
        if (known.confirmed) {
            Map<NodeId, NodeDocument> changed = new HashMap<>(live);
            changed.remove(node);
            live = Map.copyOf(changed);
            listeners.forEach(listener -> listener.onGone(node));
        }
    }

    private void expire() {
        if (closed) {
            return;
        }
        loop.schedule(EXPIRY_CHECK, this::expire);
        long now = loop.nanos();
        List<Known> silent = new ArrayList<>();
        for (Known known : nodes.values()) {
            if (now - known.risenAt > limits.expiry().toNanos()) {
                silent.add(known);
            }
        }
        silent.forEach(known -> forget(known.document.node(), known.document.sequence()));
    }
}
