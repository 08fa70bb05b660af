package io.hikyaku.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// The event loops as calls see them.
public record LoopSockets(EventLoops loops) implements Sockets {
    @Override
    public EventLoop loop(int shard) {
        return loops.loop(shard);
    }

    @Override
    public int shardOf(Channel socket) {
        return loops.shardOf(socket);
    }

    @Override
    public Bootstrap dialler(int shard) {
        return loops.dialler(shard);
    }

    @Override
    public AcceptLimiter acceptLimiter() {
        return loops.acceptLimiter();
    }

    @Override
    public ServerBootstrap listener() {
        return loops.listener();
    }
}
