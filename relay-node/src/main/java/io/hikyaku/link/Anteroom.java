package io.hikyaku.link;

import io.hikyaku.door.SourceCounts;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The connections of one listener that have not greeted yet. Whoever wants to block it can open many of them and say
/// nothing, so one source has only so many; and when all places are taken, whoever has waited longest gives way, since
/// a neighbour that means it is done in a few round trips. Thread-safe.
final class Anteroom {
    private final int max;
    private final SourceCounts sources;
    private final Consumer<LinkSession> givesWay;
    private final Map<LinkSession, Optional<SocketAddress>> waiting = new LinkedHashMap<>();

    /// @param max in all
    /// @param givesWay is to be closed; has left already
    Anteroom(int max, int maxPerSource, Consumer<LinkSession> givesWay) {
        this.max = max;
        this.sources = new SourceCounts(maxPerSource);
        this.givesWay = givesWay;
    }

    /// @return whether it may stay, until [#leave]; no if its source has as many as it may
    boolean enter(LinkSession newcomer, @Nullable SocketAddress from) {
        LinkSession oldest = null;
        synchronized (this) {
            if (!sources.enter(from)) {
                sources.leave(from);
                return false;
            }
            waiting.put(newcomer, Optional.ofNullable(from));
            if (waiting.size() > max) {
                oldest = waiting.keySet().iterator().next();
                leave(oldest);
            }
        }
        if (oldest != null) {
            givesWay.accept(oldest);
        }
        return true;
    }

    /// It has greeted, or is gone. Again: nothing.
    synchronized void leave(LinkSession session) {
        Optional<SocketAddress> from = waiting.remove(session);
        if (from != null) {
            sources.leave(from.orElse(null));
        }
    }

    synchronized int size() {
        return waiting.size();
    }
}
