package io.hikyaku.call.listen;

import io.hikyaku.balance.Candidates;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Refusals;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Violation;
import io.hikyaku.call.attempt.Attempts.Route;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.field.Forwarding;
import io.hikyaku.call.http1.server.CallerConnection;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.call.socket.WriteStall;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ImportPort;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Serves callers of one imported port in HTTP, each request a call of its own.
public final class HttpService implements SocketService {
    private final EventLoops loops;
    private final List<HttpPort> shards = new ArrayList<>();

    /// @param candidates one for each event loop
    public HttpService(
            EventLoops loops, CallContext context, List<Candidates> candidates, ServicePort port, ImportPort config) {
        this.loops = loops;
        String name = port.toString();
        CallMetrics.Calls calls = context.metrics().imported(name);
        Refusals refusals = context.metrics().refusals(name);
        Forwarding forwarding =
                new Forwarding(context.cluster(), config.forwarded(), config.trustForwarded(), config.trace());
        Duration timeout = config.timeout().orElse(Duration.ZERO);
        byte[] metadata = metadata(port);
        for (Candidates onShard : candidates) {
            Route route = new Route(onShard, metadata, context);
            shards.add(new HttpPort(name, timeout, route, calls, refusals, forwarding));
        }
    }

    @Override
    public void serve(Channel socket) {
        HttpPort port = shards.get(loops.shardOf(socket));
        Duration writeTimeout = port.context().limits().http().writeTimeout();
        socket.pipeline().addLast(new WriteStall(socket, writeTimeout, port.refusals()), new VersionDetector(port));
    }

    @Override
    public void turnAway(Channel socket, Violation cap) {
        HttpPort port = shards.get(loops.shardOf(socket));
        CallerConnection.turnAway(port, socket, cap);
    }

    private static byte[] metadata(ServicePort port) {
        ByteBuf bytes = Unpooled.buffer();
        OpenMetadataFields.write(bytes, new OpenMetadata(port.service(), port.port(), CallProtocol.HTTP, 1));
        return ByteBufUtil.getBytes(bytes);
    }
}
