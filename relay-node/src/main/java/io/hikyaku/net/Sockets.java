package io.hikyaku.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// The sockets of this process and the event loops (shards) that they belong to.
public interface Sockets {
    EventLoop loop(int shard);

    /// Which shard a socket belongs to.
    int shardOf(Channel socket);

    /// For dialling TCP from one shard.
    Bootstrap dialler(int shard);

    /// Who is let in, and whether targets may be dialled.
    AcceptLimiter acceptLimiter();

    /// For listening on TCP: accepted sockets go to the shards in turn.
    ServerBootstrap listener();
}
