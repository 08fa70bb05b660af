package io.hikyaku.registry.flood;

import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.RegistryFrame;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which parts of documents a node wants: all, or what the node is and the buckets of some services.
///
/// @param everything then the hashes do not count
/// @param hashes of the services' names
record Subscription(boolean everything, Set<Integer> hashes) {
    static final Subscription EVERYTHING = new Subscription(true, Set.of());

    Subscription {
        hashes = Set.copyOf(hashes);
    }

    static Subscription of(RegistryFrame.Subscribe frame) {
        return new Subscription(frame.all(), new HashSet<>(frame.hashes()));
    }

    /// More services than one frame can name count as all.
    static Subscription to(Collection<String> services) {
        Set<Integer> hashes = new HashSet<>();
        services.forEach(service -> hashes.add(DocumentParts.hash(service)));
        return hashes.size() > RegistryFrame.MAX_SUBSCRIBED ? EVERYTHING : new Subscription(false, hashes);
    }

    RegistryFrame.Subscribe frame() {
        return new RegistryFrame.Subscribe(everything, List.copyOf(hashes));
    }

    /// The parts of a document that are wanted.
    Set<PartDigest> of(DocumentHead head) {
        List<PartDigest> parts = head.parts();
        if (everything || parts.size() <= 2) {
            return new LinkedHashSet<>(parts);
        }
        Set<PartDigest> wanted = new LinkedHashSet<>();
        wanted.add(parts.getFirst());
        for (int hash : hashes) {
            wanted.add(parts.get(1 + DocumentParts.bucket(hash, head.buckets())));
        }
        return wanted;
    }
}
