package io.hikyaku.net;

import io.hikyaku.net.name.SystemNames;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The event loops of a process, which Vert.x owns. Each is a **shard**: links, channels, streams and target
/// connections of one shard are touched only by its thread. Sockets of ours are Netty pipelines on these loops, with
/// the transport (native epoll where available, else NIO) that Vert.x chose.
public final class EventLoops implements AutoCloseable {
    /// For all buffers of packets and streams. With Netty's own default since 4.2, the adaptive one, a relay was
    /// measured to need a fifth more CPU time for packets of 16 KiB.
    public static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

    private static final long CLOSE_SECONDS = 10;

    private final VertxInternal vertx;
    private final List<EventLoop> loops = new ArrayList<>();
    private final AddressResolverGroup<InetSocketAddress> names;
    private final AcceptLimiter acceptLimiter;

    private EventLoops(
            VertxInternal vertx, AddressResolverGroup<InetSocketAddress> names, AcceptLimiter acceptLimiter) {
        this.vertx = vertx;
        this.names = names;
        this.acceptLimiter = acceptLimiter;
        for (EventExecutor executor : vertx.nettyEventLoopGroup()) {
            loops.add((EventLoop) executor);
        }
    }

    /// @param count number of event loops, 1 to 1024
    public static EventLoops start(int count) {
        return start(count, new SystemNames(), AcceptLimiter.ofThisProcess());
    }

    /// @param names other names than the system's
    /// @param acceptLimiter decides which connections are let in, and whether targets may be dialled
    public static EventLoops start(
            int count, AddressResolverGroup<InetSocketAddress> names, AcceptLimiter acceptLimiter) {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(count)
                .setWorkerPoolSize(4)
                .setInternalBlockingPoolSize(4)
                .setPreferNativeTransport(true);
        Transport chosen = Transport.nativeTransport();
        VertxBuilder builder = Vertx.builder().with(options);
        if (chosen != null && chosen.equals(Transport.EPOLL) && chosen.available()) {
            builder.withTransport(new EpollTransport(chosen));
        }
        return new EventLoops((VertxInternal) builder.build(), names, acceptLimiter);
    }

    public Vertx vertx() {
        return vertx;
    }

    public int count() {
        return loops.size();
    }

    /// @param shard 0 to `count() - 1`
    public EventLoop loop(int shard) {
        return loops.get(shard);
    }

    /// Which shard the calling thread is.
    ///
    /// @throws IllegalStateException outside these event loops
    public int currentShard() {
        for (int shard = 0; shard < loops.size(); shard++) {
            if (loops.get(shard).inEventLoop()) {
                return shard;
            }
        }
        throw new IllegalStateException(
                "Not an event loop: " + Thread.currentThread().getName());
    }

    /// Which shard an accepted or dialled socket belongs to.
    public int shardOf(Channel socket) {
        return loops.indexOf(socket.eventLoop());
    }

    /// For dialling TCP from one shard.
    public Bootstrap dialler(int shard) {
        Bootstrap dialler = new Bootstrap()
                .group(loop(shard))
                .channelFactory(vertx.transport().channelFactory(false))
                .option(ChannelOption.ALLOCATOR, ALLOCATOR)
                .resolver(names);
        TcpKeepalive.apply(dialler, vertx.isNativeTransportEnabled());
        return dialler;
    }

    /// Decides which connections all of [#listener]'s sockets let in, and whether targets may be dialled.
    public AcceptLimiter acceptLimiter() {
        return acceptLimiter;
    }

    /// Why no new connection is let in now, if so. Makes a socket to see.
    public Optional<String> shortage() {
        Channel newest;
        try {
            newest = vertx.transport().channelFactory(false).newChannel();
        } catch (ChannelException none) {
            return Optional.of("no file descriptor is left");
        }
        boolean turnedAway = acceptLimiter.turnsAway(newest);
        newest.unsafe().closeForcibly();
        return turnedAway
                ? Optional.of("file descriptors run short, new connections are turned away")
                : Optional.empty();
    }

    /// For listening on TCP: accepted sockets go to the shards in turn.
    public ServerBootstrap listener() {
        ServerBootstrap listener = new ServerBootstrap()
                .group(vertx.acceptorEventLoopGroup(), vertx.nettyEventLoopGroup())
                .channelFactory(vertx.transport().serverChannelFactory(false))
                .handler(acceptLimiter)
                .childOption(ChannelOption.ALLOCATOR, ALLOCATOR);
        TcpKeepalive.apply(listener, vertx.isNativeTransportEnabled());
        return listener;
    }

    /// Ends Vert.x and with it all sockets; returns when it is done or after ten seconds.
    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("The event loops did not end", e);
        }
    }
}
