package io.hikyaku.kubernetes.control;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.merge.MeshExports;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// What the mesh exports, and since when each cluster cannot be reached. Short losses of a path change nothing: calls
/// wait for them, and Kubernetes would only be slower in taking traffic away and giving it back. For any thread.
final class MeshState {
    /// How long a cluster has to be out of reach until Kubernetes is told.
    static final Duration PATIENCE = Duration.ofSeconds(10);
    /// How long what an unknown cluster exported is kept: its bridges may just be starting again.
    static final Duration KEPT = Duration.ofMinutes(5);

    /// What is new in the mesh.
    ///
    /// @param services whose exports have changed
    /// @param clusters whether a cluster came or went, or this bridge's way to the mesh: then what is kept has to
    ///     be looked at, and what ServiceExports say
    record Change(Set<ServiceName> services, boolean clusters) {}

    private final LongSupplier nanos;
    private final Map<String, Long> unreachableSince = new HashMap<>();
    private final Map<String, Long> unknownSince = new HashMap<>();
    private MeshExports exports = MeshExports.NONE;
    private boolean known;
    private boolean connected;

    /// @param nanos a clock like [System#nanoTime]
    MeshState(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Takes what the registry says now.
    ///
    /// @param linked whether this bridge has any link to the mesh; without one it learns nothing of others, and
    ///     so does not forget them
    /// @return what has to be looked at
    synchronized Change update(MeshExports next, boolean linked) {
        long now = nanos.getAsLong();
        Set<ServiceName> changed = new HashSet<>(next.changedSince(exports));
        next.clusters().forEach((cluster, reachable) -> {
            unknownSince.remove(cluster);
            if (reachable) {
                unreachableSince.remove(cluster);
            } else {
                unreachableSince.putIfAbsent(cluster, now);
            }
        });
        exports.clusters().keySet().stream()
                .filter(cluster -> !next.clusters().containsKey(cluster))
                .forEach(cluster -> {
                    unknownSince.putIfAbsent(cluster, now);
                    unreachableSince.putIfAbsent(cluster, now);
                });
        boolean others = linked != connected
                || !next.clusters().keySet().equals(exports.clusters().keySet());
        connected = linked;
        exports = next;
        known = true;
        return new Change(changed, others);
    }

    /// Whether anything is known at all.
    synchronized boolean isKnown() {
        return known;
    }

    /// Whether this bridge has a link to the mesh.
    synchronized boolean isConnected() {
        return connected;
    }

    synchronized MeshExports exports() {
        return exports;
    }

    /// The clusters that no path has led to for a while.
    synchronized List<String> down() {
        long now = nanos.getAsLong();
        return unreachableSince.entrySet().stream()
                .filter(entry -> now - entry.getValue() >= PATIENCE.toNanos())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /// Whether what the cluster exported is to be kept, though the registry does not know it: it left, or has not
    /// been heard of since this bridge started.
    synchronized boolean isKept(String cluster) {
        if (exports.clusters().containsKey(cluster)) {
            return false;
        }
        if (!connected) {
            return true;
        }
        long now = nanos.getAsLong();
        long since = unknownSince.computeIfAbsent(cluster, unknown -> now);
        unreachableSince.putIfAbsent(cluster, since);
        return now - since < KEPT.toNanos();
    }
}
