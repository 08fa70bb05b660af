package io.hikyaku.link.dial;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.link.SignOfLife;
import io.hikyaku.link.admission.HandshakeBound;
import io.hikyaku.link.session.LinkMeters;
import io.hikyaku.link.session.LinkSession;
import io.hikyaku.link.session.LinkSession.Place;
import io.hikyaku.link.session.LinkTransport;
import io.hikyaku.link.session.SocketLink;
import io.hikyaku.loop.Guarded;
import io.hikyaku.net.EventLoops;
import io.hikyaku.net.name.Connector;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Keeps one link to one URL from one event loop: dials, and when that fails or the link ends dials again, for ever.
/// The name is resolved anew each time, and all of its addresses are tried.
final class Dialler implements LinkSession.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Dialler.class);
    /// A link that was up for longer than this ended an outage.
    private static final Duration LIVED = Duration.ofSeconds(5);

    private final LinkUrl url;
    private final int shard;
    private final Supplier<LinkSession.Setup> setups;
    private final LinkSettings settings;
    private final LinkMeters meters;
    private final EventLoop loop;
    private final Backoff backoff;
    private final long livedNanos;
    private final Connector connector;

    // The event loop only, but for what status reads.
    private @Nullable LinkSession session;
    private volatile @Nullable SocketLink link;
    private volatile @Nullable String lastError;
    private long upNanos;
    private long missingSince;
    /// The next attempt, while none is in progress.
    private @Nullable Future<?> waiting;
    private @Nullable Future<Channel> connecting;
    private boolean stopped;

    Dialler(LinkUrl url, int shard, EventLoops loops, Supplier<LinkSession.Setup> setups, LinkMeters meters) {
        this.url = url;
        this.shard = shard;
        this.loop = loops.loop(shard);
        this.setups = setups;
        this.settings = setups.get().settings();
        this.meters = meters;
        Bootstrap bootstrap = loops.dialler(shard)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.limits().connectTimeout().toMillis())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Only one of the connections to a name becomes a link, once it is up.
                    }
                });
        SocketOptions.apply(bootstrap, settings);
        this.connector = new Connector(
                bootstrap,
                loop,
                url.address().host(),
                url.address().port(),
                settings.limits().connectTimeout());
        this.livedNanos = Math.min(
                LIVED.toNanos(), settings.limits().reconnectBackoffMax().toNanos());
        this.backoff = new Backoff(
                settings.limits().reconnectBackoffMin(),
                settings.limits().reconnectBackoffMax(),
                ThreadLocalRandom.current()::nextLong);
    }

    void start() {
        missingSince = loop.ticker().nanoTime();
        loop.execute(this::dial);
    }

    /// Somebody wants the link: a dialler that waits for its next attempt makes it now. Any thread.
    void want() {
        loop.execute(() -> {
            if (waiting != null && waiting.cancel(false)) {
                dial();
            }
        });
    }

    /// Stops dialling and says goodbye; completed when the link has ended.
    CompletableFuture<Void> stop(Duration drain) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            stopped = true;
            if (connecting != null) {
                connecting.cancel(false);
            }
            if (session == null) {
                done.complete(null);
            } else {
                session.leave(Links.NODE_STOPS, drain).thenAccept(done::complete);
            }
        });
        return done;
    }

    LinkStatus status() {
        return new LinkStatus(url.toString(), true, link, lastError);
    }

    @Override
    public void onUp(SocketLink up) {
        link = up;
        upNanos = loop.ticker().nanoTime();
    }

    @Override
    public void onEnded(LinkSession ended, String reason) {
        link = null;
        session = null;
        long now = loop.ticker().nanoTime();
        if (ended.wasUp() && now - upNanos > livedNanos) {
            backoff.reset(); // a relay that accepts and closes at once must not be dialled in a tight loop
            missingSince = now;
        }
        if (!ended.wasUp()) {
            connector.onUseless(ended.channel());
        }
        again(reason);
    }

    private void dial() {
        waiting = null;
        if (stopped) {
            return;
        }
        connecting = connector.connect();
        // In the next turn, when Netty has told the pipeline that is there so far that the connection is active.
        connecting.addListener((Future<Channel> connected) -> loop.execute(() -> onConnected(connected)));
    }

    private void onConnected(Future<Channel> connected) {
        connecting = null;
        if (!connected.isSuccess()) {
            again(withoutSystemCall(connected.cause()));
        } else if (stopped) {
            connected.getNow().close();
        } else if (!connected.getNow().isActive()) {
            connector.onUseless(connected.getNow());
            again("the neighbour closed the connection");
        } else {
            begin(connected.getNow());
        }
    }

    /// Whatever goes wrong here, it is tried again.
    private void begin(Channel channel) {
        try {
            session = prepare(channel);
        } catch (RuntimeException e) {
            LOG.error("no link can be begun to {}", url, e);
            channel.close();
            again("internal error");
            return;
        }
        channel.pipeline().fireChannelActive();
    }

    private LinkSession prepare(Channel channel) {
        LinkSession.Setup setup = setups.get(); // the same for TLS and greeting
        LinkTransport transport = LinkTransport.of(url);
        Duration timeout = settings.limits().handshakeTimeout();
        SslHandler tls = setup.own()
                .tls()
                .client(channel.alloc(), transport.protocol(), url.address().host());
        tls.setHandshakeTimeoutMillis(timeout.toMillis());
        channel.pipeline().addLast(new HandshakeBound(tls), tls);
        transport.addDialled(channel.pipeline(), url, timeout);
        Place place = new Place(transport, shard, url.toString(), true);
        LinkSession prepared = new LinkSession(setup, this, channel, place, meters);
        channel.pipeline().addFirst(new SignOfLife(prepared::onBytes)).addLast(prepared);
        return prepared;
    }

    /// `Connection refused: …` rather than the name of the function that said so.
    private static String withoutSystemCall(Throwable failure) {
        String said = String.valueOf(failure.getMessage());
        return said.replaceFirst("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ", "");
    }

    /// A failure that repeats itself is logged once.
    private void again(String reason) {
        boolean news = !reason.equals(lastError);
        lastError = reason;
        if (stopped) {
            return;
        }
        Duration wait = backoff.next(Duration.ofNanos(loop.ticker().nanoTime() - missingSince));
        LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                .log("no link to {}: {}; dialling again until there is one", url, reason);
        waiting = loop.schedule(Guarded.of("a dialler", this::dial), wait.toNanos(), TimeUnit.NANOSECONDS);
    }
}
