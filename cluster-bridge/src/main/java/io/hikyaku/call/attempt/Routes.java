package io.hikyaku.call.attempt;

import io.hikyaku.balance.Candidates;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.attempt.Attempts.Route;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.Affinity;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.call.Workload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The routes of the calls to one imported port. What exporters are told of a caller is looked up and written down once
/// for each connection, by the address that it comes from: nothing that a caller sends has a part in it.
public final class Routes {
    private final EventLoops loops;
    private final CallContext context;
    private final ServicePort port;
    private final CallProtocol protocol;
    private final Affinity affinity;
    private final List<Route> ofUnknown = new ArrayList<>();

    /// @param candidates one for each event loop
    /// @param affinity which calls are to stay together
    public Routes(
            EventLoops loops,
            CallContext context,
            List<Candidates> candidates,
            ServicePort port,
            CallProtocol protocol,
            Affinity affinity) {
        this.loops = loops;
        this.context = context;
        this.port = port;
        this.protocol = protocol;
        this.affinity = affinity;
        byte[] metadata = metadata(Optional.empty(), OptionalLong.empty());
        for (Candidates onShard : candidates) {
            ofUnknown.add(new Route(onShard, metadata, context, Optional.empty(), OptionalLong.empty()));
        }
    }

    /// The route of a connection's calls.
    public Route of(Channel connection) {
        Route route = ofUnknown.get(loops.shardOf(connection));
        if (!(connection.remoteAddress() instanceof InetSocketAddress from) || from.isUnresolved()) {
            return route;
        }
        InetAddress address = from.getAddress();
        Optional<Workload> caller = context.workloads().at(address);
        OptionalLong together =
                affinity == Affinity.CLIENT_IP ? OptionalLong.of(affinityOf(address)) : OptionalLong.empty();
        return caller.isEmpty() && together.isEmpty()
                ? route
                : new Route(route.candidates(), metadata(caller, together), context, caller, together);
    }

    /// The same at every bridge (PROTOCOL.md §7.1).
    static long affinityOf(InetAddress address) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(address.getAddress());
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private byte[] metadata(Optional<Workload> caller, OptionalLong together) {
        ByteBuf bytes = Unpooled.buffer();
        OpenMetadataFields.write(
                bytes, new OpenMetadata(port.service(), port.port(), protocol, 1, 0, caller, together));
        return ByteBufUtil.getBytes(bytes);
    }
}
