package io.hikyaku.call.dial;

import io.hikyaku.balance.OutlierDetector;
import io.hikyaku.balance.Rendezvous;
import io.hikyaku.call.CallContext;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.AcceptLimiter;
import io.hikyaku.net.EventLoops;
import io.hikyaku.net.name.Connector;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Target;
import io.hikyaku.service.Target.Scheme;
import io.hikyaku.service.TargetTls;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The targets of one exported port as one event loop sees them: which is next, and how to connect to it. One that
/// cannot be connected to is ejected for a while ([OutlierDetector]).
public final class Targets {
    /// Connects that fail in a row before a target is ejected. Few, since a failed connect costs a caller time, and
    /// leaving out a target wrongly costs little.
    public static final int FAILURES = 2;

    private final List<Connector> connectors;
    private final EventLoop loop;
    private final List<Target> targets;
    private final @Nullable TargetSecurity security;
    private final int[] outstanding;
    private final List<OutlierDetector> health = new ArrayList<>();
    /// Whether the targets that can be connected to speak HTTP/2.
    private final List<OutlierDetector> http2 = new ArrayList<>();
    private final List<Integer> places;
    private final List<Rendezvous.Key> keys;
    private final LongAdder ejected;
    private int shownEjected;
    private boolean closed;
    private int next;

    /// @param port has one target at least
    /// @param servicePort label of the meters
    /// @throws io.hikyaku.config.yaml.ConfigException if a file that the port names cannot be used
    public Targets(EventLoops loops, int shard, ExportPort port, CallContext context, String servicePort) {
        this(
                loops.loop(shard),
                loops.dialler(shard),
                loops.acceptLimiter(),
                port,
                context,
                servicePort,
                new SplittableRandom());
    }

    Targets(
            EventLoop loop,
            Bootstrap dialler,
            AcceptLimiter acceptLimiter,
            ExportPort port,
            CallContext context,
            String servicePort,
            RandomGenerator random) {
        Duration connectTimeout = context.limits().connectTimeout();
        LongAdder gauge = context.metrics().targetConnections(servicePort);
        this.targets = port.target();
        this.security = targets.stream().anyMatch(target -> target.scheme() == Scheme.HTTPS)
                ? TargetSecurity.of(port.tls().orElse(TargetTls.DEFAULTS), connectTimeout)
                : null;
        targets.forEach(target -> {
            health.add(new OutlierDetector(FAILURES, random));
            http2.add(new OutlierDetector(FAILURES, random));
        });
        this.ejected = context.metrics().ejectedTargets(servicePort);
        this.places = IntStream.range(0, targets.size()).boxed().toList();
        this.keys = targets.stream().map(Targets::key).toList();
        this.outstanding = new int[targets.size()];
        this.loop = loop;
        Bootstrap bootstrap = dialler.option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()));
        this.connectors = targets.stream()
                .map(Target::address)
                .map(target -> new Connector(
                        bootstrap.clone().handler(new Dialled(target, acceptLimiter, gauge)),
                        loop,
                        target.host(),
                        target.port(),
                        connectTimeout))
                .toList();
    }

    /// A connection to a target that is about to be made.
    private static final class Dialled extends ChannelInitializer<Channel> {
        private final HostPort target;
        private final AcceptLimiter acceptLimiter;
        private final LongAdder gauge;

        Dialled(HostPort target, AcceptLimiter acceptLimiter, LongAdder gauge) {
            this.target = target;
            this.acceptLimiter = acceptLimiter;
            this.gauge = gauge;
        }

        @Override
        protected void initChannel(Channel channel) {
            gauge.increment();
            channel.closeFuture().addListener(closed -> gauge.decrement());
            channel.pipeline().addLast(new DescriptorGuard(acceptLimiter), new AddressGuard(target));
        }

        @Override
        public boolean isSharable() {
            return true;
        }
    }

    /// By its host first, so that a client finds the same one behind each of a service's ports.
    private static Rendezvous.Key key(Target target) {
        return Rendezvous.Key.of(target.address().host(), target.toString());
    }

    public int count() {
        return targets.size();
    }

    public Target get(int target) {
        return targets.get(target);
    }

    public EventLoop loop() {
        return loop;
    }

    /// The target with the fewest calls outstanding, those with equal numbers in turn. One that is ejected is
    /// picked only when all are.
    public int pick() {
        int picked = pickOther(new BitSet(0));
        next = (picked + 1) % targets.size();
        return picked;
    }

    /// As [#pick()], unless calls are to stay together: then the first that may have a call, in an order that
    /// depends on their affinity alone.
    public int pick(OptionalLong affinity) {
        Integer first = affinity.isEmpty() ? null : firstFor(affinity.getAsLong());
        return first == null ? pick() : first;
    }

    private @Nullable Integer firstFor(long affinity) {
        long now = nanos();
        return Rendezvous.first(places, keys::get, target -> badness(target, now) == 0, affinity);
    }

    /// The best one besides those tried, whatever its health; -1 when all have been tried.
    int pickOther(BitSet tried) {
        long now = nanos();
        int best = -1;
        for (int i = 0; i < targets.size(); i++) {
            int index = (next + i) % targets.size();
            if (!tried.get(index) && (best < 0 || isBetter(index, best, now))) {
                best = index;
            }
        }
        return best;
    }

    private boolean isBetter(int target, int than, long now) {
        int bad = badness(target, now);
        int thanBad = badness(than, now);
        return bad != thanBad ? bad < thanBad : outstanding[target] < outstanding[than];
    }

    /// 0 if it may have a call.
    private int badness(int target, long now) {
        return Math.max(badness(health.get(target), now), badness(http2.get(target), now));
    }

    private static int badness(OutlierDetector at, long now) {
        return at.takesCalls(now) ? 0 : at.ejections();
    }

    public void begin(int target) {
        outstanding[target]++;
    }

    public void finish(int target) {
        outstanding[target]--;
    }

    /// Somebody begins to connect to the target.
    ///
    /// @return the round of the target's health, for what comes of it
    int beginConnect(int target) {
        begin(target);
        return health.get(target).begin(nanos());
    }

    void onConnected(int target, int round) {
        finish(target);
        health.get(target).onSuccess(round, nanos());
        showEjected();
    }

    void onConnectFailed(int target, int round) {
        finish(target);
        health.get(target).onFailure(round, nanos());
        showEjected();
    }

    /// A target was connected to for HTTP/2.
    ///
    /// @param speaks whether it has said its SETTINGS then
    public void onHttp2(int target, boolean speaks) {
        long now = nanos();
        OutlierDetector at = http2.get(target);
        int round = at.begin(now);
        if (speaks) {
            at.onSuccess(round, now);
        } else {
            at.onFailure(round, now);
        }
        showEjected();
    }

    /// Nobody waits for the connection any more.
    void onConnectCancelled(int target, int round) {
        finish(target);
        health.get(target).onFinish(round);
    }

    /// The port is no longer exported. Running calls go on.
    public void close() {
        closed = true;
        showEjected();
    }

    private void showEjected() {
        int now = 0;
        for (int target = 0; target < targets.size() && !closed; target++) {
            now += health.get(target).isEjected() || http2.get(target).isEjected() ? 1 : 0;
        }
        ejected.add(now - shownEjected);
        shownEjected = now;
    }

    private long nanos() {
        return loop.ticker().nanoTime();
    }

    /// Connects to one of the target's addresses; read [#failure] when none can be reached.
    Future<Channel> connect(int target) {
        return connectors.get(target).connect();
    }

    /// The address that was connected to does not do what it should; the target's other addresses may.
    void onUseless(int target, Channel connection) {
        connectors.get(target).onUseless(connection);
    }

    /// The handler that a fresh connection needs, null if it is to stay in the clear.
    ///
    /// @param http1 whether HTTP/2 is of no use
    @Nullable
    SslHandler tls(int target, Channel channel, boolean http1) {
        TargetSecurity tls = security;
        Target to = targets.get(target);
        return tls == null || to.scheme() != Scheme.HTTPS ? null : tls.handler(channel.alloc(), to.address(), http1);
    }

    /// What a failed connect means to the caller. Netty has an exception of its own when there is no socket.
    static ResetCode failure(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return ResetCode.TARGET_UNRESOLVED;
        }
        if (cause instanceof AddressGuard.Prohibited) {
            return ResetCode.TARGET_PROHIBITED;
        }
        if (cause instanceof DescriptorGuard.Shortage || cause instanceof ChannelException) {
            return ResetCode.REFUSED;
        }
        return cause instanceof ConnectTimeoutException ? ResetCode.TARGET_CONNECT_TIMEOUT : ResetCode.TARGET_REFUSED;
    }
}
