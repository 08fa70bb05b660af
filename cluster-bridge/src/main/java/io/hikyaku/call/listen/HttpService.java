package io.hikyaku.call.listen;

import io.hikyaku.balance.Candidates;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Refusals;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Violation;
import io.hikyaku.call.attempt.Routes;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.field.Forwarding;
import io.hikyaku.call.http1.server.CallerConnection;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.call.socket.WriteStall;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ImportPort;
import io.hikyaku.wire.call.CallProtocol;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;

/// Serves callers of one imported port in HTTP, each request a call of its own.
public final class HttpService implements SocketService {
    private final String name;
    private final Duration timeout;
    private final Routes routes;
    private final CallMetrics.Calls calls;
    private final Refusals refusals;
    private final Forwarding forwarding;

    /// @param candidates one for each event loop
    public HttpService(
            EventLoops loops, CallContext context, List<Candidates> candidates, ServicePort port, ImportPort config) {
        this.name = port.toString();
        this.timeout = config.timeout().orElse(Duration.ZERO);
        this.routes = new Routes(loops, context, candidates, port, CallProtocol.HTTP, config.affinity());
        this.calls = context.metrics().imported(name);
        this.refusals = context.metrics().refusals(name);
        this.forwarding =
                new Forwarding(context.cluster(), config.forwarded(), config.trustForwarded(), config.trace());
    }

    @Override
    public void serve(Channel socket) {
        HttpPort port = port(socket);
        Duration writeTimeout = port.context().limits().http().writeTimeout();
        socket.pipeline().addLast(new WriteStall(socket, writeTimeout, refusals), new VersionDetector(port));
    }

    @Override
    public void turnAway(Channel socket, Violation cap) {
        CallerConnection.turnAway(port(socket), socket, cap);
    }

    private HttpPort port(Channel socket) {
        return new HttpPort(name, timeout, routes.of(socket), calls, refusals, forwarding);
    }
}
