package io.hikyaku.call.listen;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.Violation;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.EventLoops;
import io.hikyaku.net.SourceCounts;
import io.hikyaku.service.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The listening socket of one imported port. Accepted connections are spread over all event loops. As long as the
/// protocol is not known they wait unread, for a bounded time.
public final class ImportListener {
    private static final int BACKLOG = 1024;

    private final EventLoops loops;
    private final Map<Protocol, SocketService> services;
    private final int maxConnections;
    private final SourceCounts sources;
    private final Duration protocolWait;
    private final LongAdder gauge;
    private final AtomicInteger count = new AtomicInteger();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup waiting = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    /// Where the socket's new connections go: to this listener, until another takes the socket over.
    private Door door = new Door(this);
    private volatile @Nullable Protocol protocol;
    private volatile @Nullable Channel socket;
    private volatile int port;

    /// @param services one for each protocol
    /// @param protocol what callers speak; null: [#setProtocol] will say
    /// @param servicePort label of the gauge of connections
    public ImportListener(
            EventLoops loops,
            CallContext context,
            Map<Protocol, SocketService> services,
            @Nullable Protocol protocol,
            String servicePort) {
        this.loops = loops;
        this.services = Map.copyOf(services);
        this.maxConnections = context.limits().maxConnectionsPerListener();
        this.sources = new SourceCounts(context.limits().maxConnectionsPerSource());
        this.protocolWait = context.limits().protocolWait();
        this.gauge = context.metrics().listenerConnections(servicePort);
        this.protocol = protocol;
    }

    /// Binds the socket. Fails with the reason that the operating system gives.
    public ChannelFuture bind(HostPort address) {
        ChannelFuture bound = loops.listener()
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Accepted(door))
                .bind(new InetSocketAddress(address.host(), address.port()));
        socket = bound.channel();
        return bound;
    }

    /// Takes over the socket of another listener, which is bound: what is accepted from now on comes here. The
    /// connections that the other has stay there.
    public void takeOver(ImportListener other) {
        door = other.door;
        socket = other.socket;
        port = other.port();
        other.socket = null;
        door.leadsTo = this;
    }

    /// The port in use, once bound.
    public int port() {
        Channel from = socket;
        if (from != null && from.localAddress() instanceof InetSocketAddress at) {
            port = at.getPort(); // outlives the socket
        }
        if (port == 0) {
            throw new IllegalStateException("Asked for the port before bind");
        }
        return port;
    }

    /// The protocol became known, or changed; connections served already keep theirs. From any thread.
    public void setProtocol(Protocol known) {
        protocol = known;
        for (Channel connection : waiting) {
            connection.eventLoop().execute(() -> serveWaiting(connection, known));
        }
    }

    /// Accepts no more connections; open ones go on.
    public Future<Void> close() {
        Channel bound = socket;
        return bound == null ? GlobalEventExecutor.INSTANCE.newSucceededFuture(null) : bound.close();
    }

    /// Lets running calls end and begins no new ones on open connections; those without a call are closed, and
    /// those whose protocol is not known yet reset.
    public void drain() {
        for (Channel connection : waiting) {
            connection.eventLoop().execute(() -> giveUpWaiting(connection));
        }
        for (Channel connection : connections) {
            connection.pipeline().fireUserEventTriggered(new SocketService.Draining());
        }
    }

    /// Connections that are open now.
    public int openConnections() {
        return count.get();
    }

    /// Ends the connections that are still open, with a reset.
    public void abortConnections() {
        for (Channel connection : connections) {
            connection.eventLoop().execute(() -> SocketOutput.abort(connection));
        }
    }

    private void onAccepted(Channel connection) {
        gauge.increment();
        connections.add(connection);
        SocketAddress from = connection.remoteAddress();
        connection.closeFuture().addListener(closed -> onClosed(from));
        Protocol known = protocol;
        boolean few = sources.enter(from);
        boolean full = count.incrementAndGet() > maxConnections;
        if (full || !few) {
            service(known == null ? Protocol.TCP : known)
                    .turnAway(connection, full ? Violation.CONNECTIONS : Violation.CONNECTIONS_OF_CALLER);
        } else if (known == null) {
            await(connection);
        } else {
            service(known).serve(connection);
        }
    }

    private void onClosed(@Nullable SocketAddress from) {
        sources.leave(from);
        count.decrementAndGet();
        gauge.decrement();
    }

    private void await(Channel connection) {
        connection.config().setAutoRead(false);
        waiting.add(connection);
        connection.eventLoop().schedule(() -> giveUpWaiting(connection), protocolWait.toNanos(), TimeUnit.NANOSECONDS);
        Protocol meanwhile = protocol;
        if (meanwhile != null) {
            connection.eventLoop().execute(() -> serveWaiting(connection, meanwhile));
        }
    }

    private void serveWaiting(Channel connection, Protocol known) {
        if (waiting.remove(connection) && connection.isActive()) {
            service(known).serve(connection);
            connection.config().setAutoRead(true);
        }
    }

    private void giveUpWaiting(Channel connection) {
        if (waiting.remove(connection)) {
            SocketOutput.abort(connection);
        }
    }

    private SocketService service(Protocol of) {
        SocketService service = services.get(of);
        if (service == null) {
            throw new IllegalStateException("No service for " + of);
        }
        return service;
    }

    private static final class Door {
        private volatile ImportListener leadsTo;

        Door(ImportListener leadsTo) {
            this.leadsTo = leadsTo;
        }
    }

    private static final class Accepted extends ChannelInitializer<Channel> {
        private final Door door;

        Accepted(Door door) {
            this.door = door;
        }

        @Override
        protected void initChannel(Channel connection) {
            door.leadsTo.onAccepted(connection);
        }
    }
}
