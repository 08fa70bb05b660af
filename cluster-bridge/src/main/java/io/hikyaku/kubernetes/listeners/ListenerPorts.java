package io.hikyaku.kubernetes.listeners;

import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.value.ServiceName;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which port each imported port of this cluster has on all of its bridges. The ServiceImports hold the truth, so that
/// a port outlives restarts and changes of the leader; this is the leader's index of what they hold. For any thread.
public final class ListenerPorts {
    private static final String BETWEEN = ",";

    private final PortRange range;
    private final BitSet taken = new BitSet();
    private final Map<ServiceName, SortedMap<ListenerKey, Integer>> byService = new HashMap<>();

    public ListenerPorts(PortRange range) {
        this.range = range;
    }

    /// Notes what a ServiceImport holds. A port outside of the range, or that another service has, is not kept: it
    /// will be allocated anew.
    ///
    /// @param listeners see [#text]
    public synchronized void learn(ServiceName service, Map<ListenerKey, Integer> listeners) {
        if (byService.containsKey(service)) {
            return;
        }
        SortedMap<ListenerKey, Integer> kept = new TreeMap<>();
        listeners.forEach((key, port) -> {
            if (range.contains(port) && !taken.get(port)) {
                taken.set(port);
                kept.put(key, port);
            }
        });
        byService.put(service, kept);
    }

    /// Gives each key a port: the one that it has, or a free one. Ports of keys that are no longer named are free.
    ///
    /// @return without those for which none is left
    public synchronized SortedMap<ListenerKey, Integer> allocate(ServiceName service, Collection<ListenerKey> keys) {
        SortedMap<ListenerKey, Integer> has = byService.computeIfAbsent(service, unknown -> new TreeMap<>());
        has.entrySet().removeIf(entry -> {
            boolean gone = !keys.contains(entry.getKey());
            if (gone) {
                taken.clear(entry.getValue());
            }
            return gone;
        });
        for (ListenerKey key : keys) {
            if (!has.containsKey(key)) {
                free(service + ":" + key).ifPresent(port -> {
                    taken.set(port);
                    has.put(key, port);
                });
            }
        }
        return new TreeMap<>(has);
    }

    /// Frees the ports of a service.
    public synchronized void release(ServiceName service) {
        SortedMap<ListenerKey, Integer> had = byService.remove(service);
        if (had != null) {
            had.values().forEach(taken::clear);
        }
    }

    /// Searched from where the name leads to, so that even without memory the same name mostly gets the same port.
    private Optional<Integer> free(String name) {
        int offset = Math.floorMod(name.hashCode(), range.size());
        int port = taken.nextClearBit(range.first() + offset);
        if (port > range.last()) {
            port = taken.nextClearBit(range.first());
        }
        return port <= range.last() ? Optional.of(port) : Optional.empty();
    }

    /// As the annotation of a ServiceImport has it: `80=20001,osaka/web-0:80=20002`.
    public static String text(SortedMap<ListenerKey, Integer> listeners) {
        StringBuilder text = new StringBuilder();
        listeners.forEach((key, port) -> text.append(text.isEmpty() ? "" : BETWEEN)
                .append(key)
                .append('=')
                .append(port));
        return text.toString();
    }

    /// Reads what [#text] wrote; what cannot be read is left out.
    public static SortedMap<ListenerKey, Integer> parse(String text) {
        SortedMap<ListenerKey, Integer> listeners = new TreeMap<>();
        for (String one : text.split(BETWEEN)) {
            int equals = one.lastIndexOf('=');
            try {
                listeners.put(
                        ListenerKey.parse(one.substring(0, Math.max(0, equals))),
                        ListenerKey.port(one.substring(equals + 1)));
            } catch (IllegalArgumentException unreadable) {
                continue;
            }
        }
        return listeners;
    }
}
