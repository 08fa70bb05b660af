package io.hikyaku.call.tcp;

import io.hikyaku.balance.Candidates;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Violation;
import io.hikyaku.call.attempt.Attempts.Route;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;

/// Serves callers of one imported port in opaque TCP, each connection a call. Its stream is opened at once, since the
/// service may speak first.
public final class TcpService implements SocketService {
    private final EventLoops loops;
    private final CallMetrics.Calls calls;
    private final List<Route> shards = new ArrayList<>();

    /// @param candidates one for each event loop
    public TcpService(EventLoops loops, CallContext context, List<Candidates> candidates, ServicePort port) {
        this.loops = loops;
        this.calls = context.metrics().imported(port.toString());
        byte[] metadata = metadata(port);
        for (Candidates onShard : candidates) {
            shards.add(new Route(onShard, metadata, context));
        }
    }

    @Override
    public void serve(Channel socket) {
        TcpCall call = new TcpCall(socket, shards.get(loops.shardOf(socket)), calls);
        socket.pipeline().addLast(call.splice());
        // The socket becomes active after this: only then can it be reset.
        socket.eventLoop().execute(call::start);
    }

    @Override
    public void turnAway(Channel socket, Violation cap) {
        socket.eventLoop().execute(() -> SocketOutput.abort(socket));
    }

    private static byte[] metadata(ServicePort port) {
        ByteBuf bytes = Unpooled.buffer();
        OpenMetadataFields.write(bytes, new OpenMetadata(port.service(), port.port(), CallProtocol.TCP, 1));
        return ByteBufUtil.getBytes(bytes);
    }
}
