package io.hikyaku.net.name;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/// Which addresses of one name have recently not answered. Holds none that the name no longer has. Belongs to one event
/// loop.
final class AddressMemory {
    /// Addresses of one name; more are left alone.
    static final int MAX_ADDRESSES = 16;
    /// How long an address that did not answer is tried last.
    static final Duration SPARED = Duration.ofMinutes(1);

    private final Map<InetSocketAddress, Long> failedAt = new HashMap<>();

    /// Both families in turn, beginning with that of the first; then those that failed, the longest ago first.
    List<InetSocketAddress> order(List<InetSocketAddress> found, long nowNanos) {
        List<InetSocketAddress> known = found.subList(0, Math.min(found.size(), MAX_ADDRESSES));
        failedAt.keySet().retainAll(new HashSet<>(known));
        failedAt.values().removeIf(at -> nowNanos - at >= SPARED.toNanos());
        List<InetSocketAddress> ordered = inTurn(known);
        Set<InetSocketAddress> failed = failedAt.keySet();
        List<InetSocketAddress> last = new ArrayList<>(ordered);
        last.retainAll(failed);
        last.sort((a, b) -> Long.compare(failedAt.getOrDefault(a, 0L), failedAt.getOrDefault(b, 0L)));
        ordered.removeAll(failed);
        ordered.addAll(last);
        return ordered;
    }

    private static List<InetSocketAddress> inTurn(List<InetSocketAddress> found) {
        Queue<InetSocketAddress> first = new ArrayDeque<>();
        Queue<InetSocketAddress> second = new ArrayDeque<>();
        for (InetSocketAddress address : found) {
            (isV6(address) == isV6(found.getFirst()) ? first : second).add(address);
        }
        List<InetSocketAddress> mixed = new ArrayList<>(found.size());
        while (!first.isEmpty() || !second.isEmpty()) {
            if (!first.isEmpty()) {
                mixed.add(first.remove());
            }
            if (!second.isEmpty()) {
                mixed.add(second.remove());
            }
        }
        return mixed;
    }

    private static boolean isV6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    void onFailure(InetSocketAddress address, long nowNanos) {
        if (failedAt.size() < MAX_ADDRESSES || failedAt.containsKey(address)) {
            failedAt.put(address, nowNanos);
        }
    }

    void onSuccess(InetSocketAddress address) {
        failedAt.remove(address);
    }
}
