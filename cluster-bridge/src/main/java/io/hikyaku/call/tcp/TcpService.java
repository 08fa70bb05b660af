package io.hikyaku.call.tcp;

import io.hikyaku.balance.Candidates;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Violation;
import io.hikyaku.call.attempt.Routes;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ImportPort;
import io.hikyaku.wire.call.CallProtocol;
import io.netty.channel.Channel;
import java.util.List;

/// Serves callers of one imported port in opaque TCP, each connection a call. Its stream is opened at once, since the
/// service may speak first.
public final class TcpService implements SocketService {
    private final Routes routes;
    private final CallMetrics.Calls calls;

    /// @param candidates one for each event loop
    public TcpService(
            EventLoops loops, CallContext context, List<Candidates> candidates, ServicePort port, ImportPort config) {
        this.routes = new Routes(loops, context, candidates, port, CallProtocol.TCP, config.affinity());
        this.calls = context.metrics().imported(port.toString());
    }

    @Override
    public void serve(Channel socket) {
        TcpCall call = new TcpCall(socket, routes.of(socket), calls);
        socket.pipeline().addLast(call.splice());
        // The socket becomes active after this: only then can it be reset.
        socket.eventLoop().execute(call::start);
    }

    @Override
    public void turnAway(Channel socket, Violation cap) {
        socket.eventLoop().execute(() -> SocketOutput.abort(socket));
    }
}
