package io.hikyaku.call.export;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.dial.Targets;
import io.hikyaku.call.exchange.ExportedPort;
import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetPool;
import io.hikyaku.call.http.field.Via;
import io.hikyaku.call.http1.client.TargetConnection;
import io.hikyaku.call.pool.HttpTarget;
import io.hikyaku.call.pool.TargetAcquire;
import io.hikyaku.call.pool.TiedConnections;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.TargetHost;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.stream.ResetCode;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An exported HTTP port on one event loop: replays requests to its targets over connections that are kept and used
/// again.
public final class HttpExport implements ExportHandler, TargetPool, HttpTarget.Siblings {
    private final ExportedPort port;
    private final Targets targets;
    private final TargetHost host;
    /// Those that calls have gone to, of the targets that are listed.
    private final Map<TargetEndpoint, HttpTarget> all = new HashMap<>();
    private final TiedConnections tied = new TiedConnections();
    private boolean closed;

    /// @param servicePort label of the meters
    /// @throws io.hikyaku.config.yaml.ConfigException if a file that the port names cannot be used
    public HttpExport(EventLoops loops, int shard, CallContext context, String servicePort, ExportPort port) {
        this.port = new ExportedPort(
                context,
                context.metrics().exported(servicePort),
                this,
                loops.loop(shard),
                Via.of(context.cluster()),
                !port.via());
        this.host = port.host();
        this.targets = new Targets(loops, shard, port, context, servicePort);
    }

    @Override
    public CallProtocol protocol() {
        return CallProtocol.HTTP;
    }

    @Override
    public StreamHandler accept(Stream stream, OpenMetadata call, String caller) {
        return new TargetExchange(port, stream, call, caller);
    }

    @Override
    public PendingAcquire find(
            RequestHead head, @Nullable String caller, OptionalLong affinity, boolean fresh, Waiter waiter) {
        TargetAcquire search = new TargetAcquire(
                head, caller, affinity, fresh, waiter, targets.loop().ticker().nanoTime());
        TargetConnection own = fresh ? null : tied.take(caller);
        if (own == null) {
            find(search);
        } else {
            own.onTaken();
            search.found(own);
        }
        return search;
    }

    @Override
    public void find(TargetAcquire search) {
        TargetEndpoint picked = targets.pick(search.affinity());
        if (picked == null) {
            search.fail(ResetCode.NO_TARGET);
        } else {
            at(picked).find(search);
        }
    }

    @Override
    public HttpTarget at(TargetEndpoint endpoint) {
        HttpTarget known = all.get(endpoint);
        return known == null ? join(endpoint) : known;
    }

    private HttpTarget join(TargetEndpoint endpoint) {
        HttpTarget made = new HttpTarget(targets, endpoint, host, port.context(), tied, this);
        all.put(endpoint, made);
        if (closed) {
            made.close();
        }
        return made;
    }

    @Override
    public Runnable retarget(ExportPort changed) {
        return targets.change(changed.target(), gone -> {
            HttpTarget target = all.remove(gone);
            if (target != null) {
                target.retire();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        all.values().forEach(HttpTarget::close);
        tied.close();
        targets.close();
    }
}
