package io.hikyaku.bridge;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.ExportHandler;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Sockets;
import io.hikyaku.call.http.HttpExport;
import io.hikyaku.call.tcp.TcpExport;
import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.channel.Channels;
import io.hikyaku.channel.CurrentIdentity;
import io.hikyaku.channel.LocalIdentity;
import io.hikyaku.channel.Loop;
import io.hikyaku.channel.Shard;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.ExportPort;
import io.hikyaku.config.Protocol;
import io.hikyaku.identity.ChannelTls;
import io.hikyaku.identity.Identity;
import io.hikyaku.link.EventLoops;
import io.hikyaku.node.MeshNode;
import io.hikyaku.policy.FreeRepeats;
import io.hikyaku.stream.LocalStreams;
import io.hikyaku.stream.MemoryBudget;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.stream.StreamSettings;
import java.util.ArrayList;
import java.util.List;

/// Makes each event loop's share of a bridge out of its configuration.
record ShardMaker(
        BridgeConfig config,
        MeshNode node,
        CallContext calls,
        Sockets sockets,
        MemoryBudget budget,
        ChannelCounters channelCounters,
        StreamCounters streamCounters) {
    Shards make() {
        CurrentIdentity identity = new CurrentIdentity(identityOfNow());
        node.onRenewal(() -> identity.renew(identityOfNow()));
        StreamSettings streams =
                StreamSettings.of(config.limits().stream(), config.limits().channel(), budget, streamCounters);
        FreeRepeats freeRepeats = new FreeRepeats();
        List<BridgeShard> shards = new ArrayList<>();
        for (int index = 0; index < node.loops().count(); index++) {
            shards.add(shard(index, identity, streams, freeRepeats));
        }
        return new Shards(shards);
    }

    private LocalIdentity identityOfNow() {
        Identity identity = node.identity();
        return new LocalIdentity(node.key(), new ChannelTls(identity), node.statement(), identity.trust());
    }

    private BridgeShard shard(int index, CurrentIdentity identity, StreamSettings streams, FreeRepeats freeRepeats) {
        Loop loop = new NettyLoop(node.loops().loop(index), node.loops().vertx());
        ShardExports exports = new ShardExports((name, port) -> export(index, name, port));
        exports.use(exports.make(config.exports()), Runnable::run); // nobody calls yet
        Shard shard = new Shard(
                index,
                node.loops().count(),
                config.limits().channel(),
                identity,
                loop,
                node.router(),
                EventLoops.ALLOCATOR,
                channelCounters);
        Channels<StreamMux> channels = new Channels<>(
                shard,
                peer -> new StreamMux(
                        loop,
                        streams,
                        known -> exports.exports().from(known.member().name())));
        LocalStreams local =
                new LocalStreams(node.loops().loop(index), exports.exports().from(config.cluster()), streams);
        return new BridgeShard(
                index,
                node.loops().loop(index),
                node.node(),
                calls,
                freeRepeats,
                channels,
                local,
                exports,
                node.links()::want);
    }

    private ExportHandler export(int shard, ServicePort name, ExportPort port) {
        return port.protocol() == Protocol.HTTP
                ? new HttpExport(sockets, shard, calls, name.toString(), port)
                : new TcpExport(sockets, shard, calls, name.toString(), port);
    }
}
