package io.hikyaku.call.observe.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How many calls came from each namespace of each cluster: a bounded number of them by name, the first to call, since
/// a bridge may make up as many as it likes. From any thread.
public final class CallerCounts {
    static final int MAX = 50;
    /// The cluster of those that have no place of their own.
    static final String OTHER = "other";

    private final Map<Origin, LongAdder> counts = new ConcurrentHashMap<>();
    private final LongAdder others = new LongAdder();
    private volatile boolean full;

    private record Origin(String cluster, String namespace) {}

    /// The calls of one namespace since the start.
    ///
    /// @param cluster as the channel proved it
    /// @param namespace empty: not known
    public record Counted(String cluster, String namespace, long calls) {}

    void add(String cluster, String namespace) {
        Origin origin = new Origin(cluster, namespace);
        LongAdder known = counts.get(origin);
        if (known == null) {
            known = full ? others : learn(origin);
        }
        known.increment();
    }

    private synchronized LongAdder learn(Origin origin) {
        if (counts.size() < MAX || counts.containsKey(origin)) {
            return counts.computeIfAbsent(origin, first -> new LongAdder());
        }
        full = true;
        return others;
    }

    /// Those that have called, in no order.
    public List<Counted> all() {
        List<Counted> all = new ArrayList<>();
        counts.forEach((origin, calls) -> all.add(new Counted(origin.cluster(), origin.namespace(), calls.sum())));
        if (others.sum() > 0) {
            all.add(new Counted(OTHER, "", others.sum()));
        }
        return all;
    }
}
