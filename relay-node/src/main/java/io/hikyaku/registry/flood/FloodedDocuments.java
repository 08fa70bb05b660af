package io.hikyaku.registry.flood;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.wire.NodeId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The documents that the flood keeps, one of each node, within bounds of their number and of the memory that they are
/// charged with. Touched only by the control loop.
final class FloodedDocuments {
    /// Most nodes whose documents are kept.
    static final int MAX_NODES = 20_000;

    private final long budget;
    private final Map<NodeId, FloodedDocument> documents = new HashMap<>();
    private long bytes;
    /// For metrics, which other threads read.
    private volatile int nodesKept;

    private volatile long bytesKept;

    FloodedDocuments(DataSize budget, MeterRegistry meters) {
        this.budget = budget.bytes();
        Gauge.builder("hikyaku.registry.flooded.nodes", () -> nodesKept)
                .description("Nodes whose documents are kept")
                .register(meters);
        Gauge.builder("hikyaku.registry.flooded.bytes", () -> bytesKept)
                .description("Bytes of documents kept")
                .register(meters);
    }

    @Nullable
    FloodedDocument get(NodeId node) {
        return documents.get(node);
    }

    /// A view of all of them.
    Collection<FloodedDocument> all() {
        return Collections.unmodifiableCollection(documents.values());
    }

    boolean isFull() {
        return documents.size() >= MAX_NODES;
    }

    /// The one of the node, or a new one of which nothing is known.
    FloodedDocument keep(NodeId node, long now) {
        return documents.computeIfAbsent(node, added -> new FloodedDocument(added, now));
    }

    /// It has changed.
    ///
    /// @return whether there is room for it as it is now
    boolean onChange(FloodedDocument kept) {
        bytes += kept.size() - kept.charged;
        kept.charged = kept.size();
        count();
        return bytes <= budget;
    }

    /// Gives up what was arriving of it, and all of it if it never was complete.
    void drop(FloodedDocument kept) {
        kept.drop();
        onChange(kept);
        if (kept.whole() == null) {
            documents.remove(kept.node);
            bytes -= kept.charged;
            count();
        }
    }

    void removeIf(Predicate<FloodedDocument> unwanted) {
        documents.values().removeIf(kept -> {
            boolean removed = unwanted.test(kept);
            bytes -= removed ? kept.charged : 0;
            return removed;
        });
        count();
    }

    private void count() {
        nodesKept = documents.size();
        bytesKept = bytes;
    }
}
