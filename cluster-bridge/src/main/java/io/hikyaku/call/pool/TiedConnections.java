package io.hikyaku.call.pool;

import io.hikyaku.call.http1.client.TargetConnection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Idle connections to the targets of an exported port that a service may have authenticated: each is reserved for one
/// caller's connection. Belongs to its event loop.
public final class TiedConnections {
    /// Beyond this number the one that has waited longest is closed.
    private static final int MAX_IDLE = 1000;

    private final Map<String, TargetConnection> idle = new LinkedHashMap<>();
    private boolean closed;

    /// @return false: it is not kept
    boolean keep(String caller, TargetConnection connection) {
        if (closed) {
            return false;
        }
        TargetConnection before = idle.remove(caller);
        if (before == null && idle.size() >= MAX_IDLE) {
            before = idle.remove(idle.keySet().iterator().next());
        }
        idle.put(caller, connection);
        if (before != null) {
            before.close();
        }
        return true;
    }

    /// @param caller null: tied to none
    @Nullable
    public TargetConnection take(@Nullable String caller) {
        return caller == null ? null : idle.remove(caller);
    }

    void forget(TargetConnection connection) {
        idle.values().remove(connection);
    }

    /// Ends those to one target.
    void closeThoseOf(TargetConnection.Keeper keeper) {
        List<TargetConnection> gone =
                idle.values().stream().filter(one -> one.isKeptBy(keeper)).toList();
        idle.values().removeAll(gone); // at once: a closing one is for nobody
        gone.forEach(TargetConnection::close);
    }

    public void close() {
        closed = true;
        List.copyOf(idle.values()).forEach(TargetConnection::close);
    }
}
