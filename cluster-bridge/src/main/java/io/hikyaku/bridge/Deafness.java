package io.hikyaku.bridge;

import io.hikyaku.identity.Member;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Since when the registry topics of clusters cannot be read. Touched only by the control loop.
final class Deafness {
    /// How long nodes are not blamed for silence while their topic cannot be read.
    static final Duration MAX = Duration.ofMinutes(15);

    private final Map<String, Long> since = new HashMap<>();

    /// @param heard whether a cluster's topic is read now
    /// @return whether the node would be heard if it sent beats over Kafka; also true if it does not, or if its
    ///     topic was away for too long
    boolean hears(NodeDocument document, Predicate<String> heard, long now) {
        if (document.kafka().isEmpty()) {
            return true; // says nothing about the topic
        }
        String cluster = Member.parse(document.member()).name();
        if (heard.test(cluster)) {
            since.remove(cluster);
            return true;
        }
        return now - since.computeIfAbsent(cluster, _ -> now) > MAX.toNanos();
    }
}
