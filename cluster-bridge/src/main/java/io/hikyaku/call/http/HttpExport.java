package io.hikyaku.call.http;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Export;
import io.hikyaku.call.Sockets;
import io.hikyaku.call.Targets;
import io.hikyaku.config.CallLimits;
import io.hikyaku.config.ExportPort;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An exported HTTP port on one event loop: replays requests to its targets over connections that are kept and used
/// again.
public final class HttpExport implements Export {
    /// Shorter than servers usually keep an idle connection (5 s is the least of the common defaults), so that it
    /// is seldom found closed.
    private static final Duration KEEP_IDLE = Duration.ofSeconds(4);

    private static final int MAX_IDLE_PER_TARGET = 128;

    private final CallContext context;
    private final CallMetrics.Calls calls;
    private final Targets targets;
    private final byte[] via;
    private final List<ArrayDeque<TargetConnection>> idle = new ArrayList<>();
    private boolean closed;

    /// @param servicePort label of the meters
    public HttpExport(Sockets sockets, int shard, CallContext context, String servicePort, ExportPort port) {
        this.context = context;
        this.calls = context.metrics().exported(servicePort);
        this.targets = new Targets(
                sockets,
                shard,
                port.target(),
                context.limits().connectTimeout(),
                context.metrics().targetConnections(servicePort));
        this.via = ("Via: 1.1 " + context.cluster() + "\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int target = 0; target < targets.count(); target++) {
            idle.add(new ArrayDeque<>());
        }
    }

    @Override
    public CallProtocol protocol() {
        return CallProtocol.HTTP;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new TargetExchange(this, stream);
    }

    @Override
    public void close() {
        closed = true;
        for (ArrayDeque<TargetConnection> connections : idle) {
            List.copyOf(connections).forEach(TargetConnection::close);
        }
    }

    CallLimits limits() {
        return context.limits();
    }

    CallMetrics.Calls calls() {
        return calls;
    }

    Targets targets() {
        return targets;
    }

    byte[] via() {
        return via;
    }

    Duration keepIdle() {
        return KEEP_IDLE;
    }

    /// The idle connection to a target that was used last, null if there is none.
    @Nullable
    TargetConnection takeIdle(int target) {
        return idle.get(target).pollLast();
    }

    /// @return false: it is not to be kept
    boolean keep(TargetConnection connection) {
        ArrayDeque<TargetConnection> connections = idle.get(connection.target());
        return !closed && connections.size() < MAX_IDLE_PER_TARGET && connections.add(connection);
    }

    void forget(TargetConnection connection) {
        idle.get(connection.target()).remove(connection);
    }
}
