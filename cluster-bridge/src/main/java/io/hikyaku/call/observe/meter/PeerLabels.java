package io.hikyaku.call.observe.meter;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The names of clusters that meters are labelled with: a bounded number, whatever a mesh grows to. From any thread.
final class PeerLabels {
    static final int MAX = 200;
    static final String OTHER = "other";

    private final Map<String, String> known = new ConcurrentHashMap<>();

    /// The cluster's own name, or [#OTHER] once there are too many.
    String of(String cluster) {
        String label = known.get(cluster);
        return label == null ? learn(cluster) : label;
    }

    private synchronized String learn(String cluster) {
        if (known.size() >= MAX) {
            return OTHER;
        }
        known.putIfAbsent(cluster, cluster);
        return cluster;
    }
}
