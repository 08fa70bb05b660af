package io.hikyaku.bridge.shard;

import io.hikyaku.balance.FreeRepeats;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.export.ExportHandler;
import io.hikyaku.call.export.HttpExport;
import io.hikyaku.call.tcp.TcpExport;
import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.channel.Channels;
import io.hikyaku.channel.Shard;
import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.tls.ChannelTls;
import io.hikyaku.loop.Loop;
import io.hikyaku.loop.NettyLoop;
import io.hikyaku.net.EventLoops;
import io.hikyaku.node.MeshNode;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.stream.StreamSettings;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.stream.local.LocalStreams;
import java.util.ArrayList;
import java.util.List;

/// Makes each event loop's share of a bridge out of its configuration.
public record ShardMaker(
        BridgeConfig config,
        MeshNode node,
        CallContext calls,
        MemoryBudget budget,
        ChannelCounters channelCounters,
        StreamCounters streamCounters) {
    public Shards make() {
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
        Loop loop = new NettyLoop(
                "an event loop", node.loops().loop(index), node.loops().vertx());
        ShardExports exports = new ShardExports(config.cluster(), (name, port) -> export(index, name, port));
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
                ? new HttpExport(node.loops(), shard, calls, name.toString(), port)
                : new TcpExport(node.loops(), shard, calls, name.toString(), port);
    }
}
