package io.hikyaku.call.export;

import io.hikyaku.call.CallContext;
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
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.OpenMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An exported HTTP port on one event loop: replays requests to its targets over connections that are kept and used
/// again.
public final class HttpExport implements ExportHandler, TargetPool {
    private final ExportedPort port;
    private final Targets targets;
    private final List<HttpTarget> all = new ArrayList<>();
    private final TiedConnections tied = new TiedConnections();

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
        this.targets = new Targets(loops, shard, port, context, servicePort);
        for (int target = 0; target < targets.count(); target++) {
            all.add(new HttpTarget(targets, target, port, context, tied, all::get));
        }
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
                head, caller, fresh, waiter, targets.loop().ticker().nanoTime());
        TargetConnection own = fresh ? null : tied.take(caller);
        if (own == null) {
            all.get(targets.pick(affinity)).find(search);
        } else {
            own.onTaken();
            search.found(own);
        }
        return search;
    }

    @Override
    public void close() {
        all.forEach(HttpTarget::close);
        tied.close();
        targets.close();
    }
}
