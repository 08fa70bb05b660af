package io.hikyaku.link.dial;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.link.SignOfLife;
import io.hikyaku.link.admission.HandshakeBound;
import io.hikyaku.link.admission.PendingGreetings;
import io.hikyaku.link.session.LinkMeters;
import io.hikyaku.link.session.LinkMeters.Refusal;
import io.hikyaku.link.session.LinkSession;
import io.hikyaku.link.session.LinkSession.Place;
import io.hikyaku.link.session.LinkTransport;
import io.hikyaku.link.session.SocketLink;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts links at one address. A neighbour may have several links here, even several from one of its event loops:
/// after a break it dials again before we know that the old one is dead, and it may reach us by two addresses. None is
/// closed for the sake of another, or two addresses of one relay would take turns for ever; the dead one goes when its
/// keepalive says so, and until then the layer above prefers the youngest.
final class LinkListener implements LinkSession.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(LinkListener.class);
    private static final long ONE_LINE_NANOS = Duration.ofSeconds(1).toNanos();

    private final LinkUrl url;
    private final EventLoops loops;
    private final Supplier<LinkSession.Setup> setups;
    private final LinkSettings settings;
    private final LinkMeters meters;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime());
    private final Map<LinkSession, State> sessions = new ConcurrentHashMap<>();
    private final PendingGreetings<LinkSession> pendingGreetings;
    private volatile @Nullable Channel socket;

    /// Links that are up, by their session; others have none yet.
    private record State(@Nullable SocketLink link) {}

    LinkListener(LinkUrl url, EventLoops loops, Supplier<LinkSession.Setup> setups, LinkMeters meters) {
        this.url = url;
        this.loops = loops;
        this.setups = setups;
        this.settings = setups.get().settings();
        this.meters = meters;
        this.pendingGreetings = new PendingGreetings<>(
                settings.limits().maxGreeting(),
                settings.limits().maxGreetingPerSource(),
                ThreadLocalRandom.current()::nextLong,
                this::makeRoom);
        meters.addGreeting(pendingGreetings::size);
    }

    /// @return the URL with the port actually bound
    CompletableFuture<LinkUrl> start() {
        CompletableFuture<LinkUrl> bound = new CompletableFuture<>();
        ServerBootstrap bootstrap = loops.listener().childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                accept(channel);
            }
        });
        SocketOptions.apply(bootstrap, settings);
        bootstrap
                .bind(new InetSocketAddress(url.address().host(), url.address().port()))
                .addListener((ChannelFuture future) -> {
                    if (future.isSuccess()) {
                        socket = future.channel();
                        bound.complete(url.withPort(
                                ((InetSocketAddress) future.channel().localAddress()).getPort()));
                    } else {
                        bound.completeExceptionally(future.cause());
                    }
                });
        return bound;
    }

    /// Accepts no more and says goodbye to all; completed when all links have ended.
    CompletableFuture<Void> stop(Duration drain) {
        Channel listening = socket;
        if (listening != null) {
            listening.close();
        }
        CompletableFuture<?>[] endings = sessions.keySet().stream()
                .map(session -> session.leave(Links.NODE_STOPS, drain))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(endings);
    }

    List<LinkStatus> status() {
        return sessions.entrySet().stream()
                .map(entry -> new LinkStatus(
                        entry.getKey().place().name(), false, entry.getValue().link(), null))
                .toList();
    }

    @Override
    public void onSecured(LinkSession session) {
        pendingGreetings.proven(session);
    }

    @Override
    public void onUp(SocketLink link) {
        pendingGreetings.leave(link.session());
        sessions.put(link.session(), new State(link));
    }

    @Override
    public void onEnded(LinkSession session, String reason) {
        pendingGreetings.leave(session);
        sessions.remove(session);
        accepted.decrementAndGet();
        if (!session.wasUp()) {
            logRefusal(session, reason);
        }
    }

    private void accept(Channel channel) {
        if (accepted.incrementAndGet() > settings.limits().maxAccepted()) {
            turnAway(channel, Refusal.LIMIT);
            return;
        }
        LinkSession.Setup setup = setups.get(); // the same for TLS and greeting
        LinkTransport transport = LinkTransport.of(url);
        Place place = new Place(transport, loops.shardOf(channel), nameOf(channel.remoteAddress()), false);
        LinkSession session = new LinkSession(setup, this, channel, place, meters);
        if (!pendingGreetings.enter(session, channel.remoteAddress())) {
            turnAway(channel, Refusal.GREETING_LIMIT);
            return;
        }
        sessions.put(session, new State(null));
        Duration timeout = settings.limits().handshakeTimeout();
        SslHandler tls = setup.own().tls().server(channel.alloc(), transport.protocol());
        tls.setHandshakeTimeoutMillis(timeout.toMillis());
        channel.pipeline()
                .addLast(new SignOfLife(session::onBytes), new HandshakeBound(tls, () -> mayBegin(session)), tls);
        transport.addAccepted(channel.pipeline(), url, timeout);
        channel.pipeline().addLast(session);
    }

    private boolean mayBegin(LinkSession session) {
        boolean may = pendingGreetings.begin(session, System.nanoTime());
        if (!may) {
            meters.onRefused(Refusal.GREETING_LIMIT);
        }
        return may;
    }

    private void turnAway(Channel channel, Refusal why) {
        accepted.decrementAndGet();
        meters.onRefused(why);
        channel.close();
    }

    private void makeRoom(LinkSession leaver) {
        meters.onRefused(Refusal.GREETING_LIMIT);
        leaver.close(Goodbye.Code.LIMIT, "others want to greet too");
    }

    private String nameOf(@Nullable SocketAddress remote) {
        return url.scheme() + "://" + (remote instanceof InetSocketAddress address ? text(address) : "unknown");
    }

    private static String text(InetSocketAddress remote) {
        return NetUtil.toSocketAddressString(remote);
    }

    /// Anybody can make a connection fail: one line a second at most, the rest is counted by the meters.
    private void logRefusal(LinkSession session, String reason) {
        long now = System.nanoTime();
        long until = quietUntilNanos.get();
        if (now - until >= 0 && quietUntilNanos.compareAndSet(until, now + ONE_LINE_NANOS)) {
            LOG.warn("{} did not become a link: {}", session.place().name(), reason);
        } else {
            LOG.debug("{} did not become a link: {}", session.place().name(), reason);
        }
    }
}
