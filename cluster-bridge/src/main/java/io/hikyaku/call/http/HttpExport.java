package io.hikyaku.call.http;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.Dial;
import io.hikyaku.call.Export;
import io.hikyaku.call.Sockets;
import io.hikyaku.call.Targets;
import io.hikyaku.call.exchange.ExportedPort;
import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetPool;
import io.hikyaku.call.exchange.Via;
import io.hikyaku.call.exchange.WebSocket;
import io.hikyaku.call.http1.TargetConnection;
import io.hikyaku.config.ExportPort;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;

/// An exported HTTP port on one event loop: replays requests to its targets over connections that are kept and used
/// again.
public final class HttpExport implements Export, TargetPool {
    private static final Wish GRANTED = () -> {};

    private final ExportedPort port;
    private final Targets targets;
    private final List<Http1Pool> pools = new ArrayList<>();

    /// @param servicePort label of the meters
    public HttpExport(Sockets sockets, int shard, CallContext context, String servicePort, ExportPort port) {
        this.port = new ExportedPort(
                context, context.metrics().exported(servicePort), this, sockets.loop(shard), Via.of(context.cluster()));
        this.targets = new Targets(sockets, shard, port, context, servicePort);
        for (int target = 0; target < targets.count(); target++) {
            pools.add(new Http1Pool(targets, target, port.host(), context.limits()));
        }
    }

    @Override
    public CallProtocol protocol() {
        return CallProtocol.HTTP;
    }

    @Override
    public StreamHandler accept(Stream stream, OpenMetadata call, String caller) {
        return new TargetExchange(port, stream, call.deadlineMicros(), caller);
    }

    @Override
    public Wish find(RequestHead head, boolean fresh, Waiter waiter) {
        int target = targets.pick();
        TargetConnection idle =
                fresh || WebSocket.isAsked(head) ? null : pools.get(target).take();
        if (idle != null) {
            waiter.onSide(idle);
            return GRANTED;
        }
        Dial dial = new Dial(targets, target, new Connecting(waiter));
        dial.start();
        return dial::cancel;
    }

    @Override
    public void close() {
        pools.forEach(Http1Pool::close);
        targets.close();
    }

    private final class Connecting implements Dial.Waiter {
        private final Waiter waiter;

        Connecting(Waiter waiter) {
            this.waiter = waiter;
        }

        @Override
        public void onConnected(Channel channel, int target) {
            waiter.onSide(pools.get(target).join(channel));
        }

        @Override
        public void onFailed(ResetCode code, String detail) {
            waiter.onFailed(code, detail);
        }
    }
}
