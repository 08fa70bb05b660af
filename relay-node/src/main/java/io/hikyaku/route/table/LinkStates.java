package io.hikyaku.route.table;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RoutingFrame.LinkState;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What other routers said about their surroundings, the newest of each (PROTOCOL.md §4.3). Touched only by the control
/// loop.
public final class LinkStates {
    /// Most routers of a mesh.
    static final int MAX_ORIGINS = 1_000;
    /// How often each router repeats its state.
    public static final Duration REFRESH = Duration.ofSeconds(10);
    /// A router that has not done so for this long is forgotten.
    static final Duration MAX_AGE = Duration.ofSeconds(35);

    public enum News {
        /// Not newer than what is known, or one origin too many.
        NONE,
        /// Newer, but it says the same.
        REFRESHED,
        CHANGED
    }

    private record Known(LinkState state, long heardAt) {}

    private final Map<NodeId, Known> byOrigin = new HashMap<>();

    public News accept(LinkState state, long now) {
        Known known = byOrigin.get(state.origin());
        if (known == null ? byOrigin.size() >= MAX_ORIGINS : state.sequence() <= known.state.sequence()) {
            return News.NONE;
        }
        byOrigin.put(state.origin(), new Known(state, now));
        boolean same = known != null
                && known.state.routers().equals(state.routers())
                && known.state.leaves().equals(state.leaves());
        return same ? News.REFRESHED : News.CHANGED;
    }

    /// @return whether any was forgotten
    public boolean forgetOld(long now) {
        return byOrigin.values().removeIf(known -> now - known.heardAt > MAX_AGE.toNanos());
    }

    @Nullable
    public LinkState of(NodeId origin) {
        Known known = byOrigin.get(origin);
        return known == null ? null : known.state;
    }

    public Collection<NodeId> origins() {
        return byOrigin.keySet();
    }
}
