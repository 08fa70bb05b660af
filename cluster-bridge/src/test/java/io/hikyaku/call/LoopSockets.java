package io.hikyaku.call;

import io.hikyaku.net.AcceptLimiter;
import io.hikyaku.net.EventLoops;
import io.hikyaku.net.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// The sockets of a process's event loops.
record LoopSockets(EventLoops loops, AcceptLimiter acceptLimiter) implements Sockets {
    LoopSockets(EventLoops loops) {
        this(loops, loops.acceptLimiter());
    }

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
        return loops.dialler(shard).resolver(new TestNames());
    }

    @Override
    public ServerBootstrap listener() {
        return loops.listener();
    }
}
