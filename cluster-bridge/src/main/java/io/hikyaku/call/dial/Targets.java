package io.hikyaku.call.dial;

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
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The targets of one exported port as one event loop sees them: which is next, and how to connect to it. They may be
/// replaced at any time; those that stay keep their [TargetEndpoint], with its health and what it counts. Belongs to
/// its event loop.
public final class Targets {
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final AcceptLimiter acceptLimiter;
    private final Duration connectTimeout;
    private final TargetTls tls;
    private final LongAdder connections;
    private final LongAdder ejected;
    private final RandomGenerator random;
    /// Null as long as no target has wanted it. The thread that makes changes looks whether it is there.
    private volatile @Nullable TargetSecurity security;

    private List<TargetEndpoint> endpoints = List.of();
    private boolean closed;
    private int next;

    /// @param port may have no target
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
        this.loop = loop;
        this.acceptLimiter = acceptLimiter;
        this.connectTimeout = context.limits().connectTimeout();
        this.bootstrap = dialler.option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()));
        this.tls = port.tls().orElse(TargetTls.DEFAULTS);
        this.connections = context.metrics().targetConnections(servicePort);
        this.ejected = context.metrics().ejectedTargets(servicePort);
        this.random = random;
        this.security = port.tls().isPresent() || wantsTls(port.target()) ? secured() : null;
        replace(port.target(), gone -> {});
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

    // ---- changes

    /// Makes what other targets need, on any thread; nothing changes yet.
    ///
    /// @param targets that are to take the place of those there are; each counts once
    /// @param onRetired told of each that is gone then: it is listed no more, and what waits there is to go
    ///     elsewhere
    /// @return puts them in place; to be run on the event loop, or dropped
    /// @throws io.hikyaku.config.yaml.ConfigException if a file that the port names cannot be used
    public Runnable change(List<Target> targets, Consumer<TargetEndpoint> onRetired) {
        TargetSecurity known = security;
        TargetSecurity needed = known == null && wantsTls(targets) ? secured() : known;
        return () -> {
            if (needed != null) {
                security = needed;
            }
            replace(targets, onRetired);
        };
    }

    private static boolean wantsTls(List<Target> targets) {
        return targets.stream().anyMatch(target -> target.scheme() == Scheme.HTTPS);
    }

    private TargetSecurity secured() {
        return TargetSecurity.of(tls, connectTimeout);
    }

    /// Nobody picks one that is gone any more before the first hears of it.
    private void replace(List<Target> targets, Consumer<TargetEndpoint> onRetired) {
        Map<Target, TargetEndpoint> gone = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> gone.put(endpoint.target(), endpoint));
        endpoints = targets.stream()
                .distinct()
                .map(target -> {
                    TargetEndpoint known = gone.remove(target);
                    return known == null ? endpoint(target) : known;
                })
                .toList();
        Collection<TargetEndpoint> retired = gone.values();
        retired.forEach(TargetEndpoint::stopCounting);
        retired.forEach(onRetired);
        retired.forEach(TargetEndpoint::sendDialsAway);
    }

    private TargetEndpoint endpoint(Target target) {
        HostPort address = target.address();
        Connector connector = new Connector(
                bootstrap.clone().handler(new Dialled(address, acceptLimiter, connections)),
                loop,
                address.host(),
                address.port(),
                connectTimeout);
        TargetEndpoint made = new TargetEndpoint(target, connector, loop, random, ejected);
        if (closed) {
            made.stopCounting();
        }
        return made;
    }

    /// The port is no longer exported. Running calls go on.
    public void close() {
        closed = true;
        endpoints.forEach(TargetEndpoint::stopCounting);
    }

    // ---- choice

    /// Those that may be picked.
    List<TargetEndpoint> all() {
        return endpoints;
    }

    public EventLoop loop() {
        return loop;
    }

    /// The target with the fewest calls outstanding, those with equal numbers in turn. One that is ejected is
    /// picked only when all are.
    ///
    /// @return null if there is none
    public @Nullable TargetEndpoint pick() {
        int picked = best(Set.of());
        if (picked < 0) {
            return null;
        }
        next = picked + 1;
        return endpoints.get(picked);
    }

    /// As [#pick()], unless calls are to stay together: then the first that may have a call, in an order that
    /// depends on their affinity alone.
    ///
    /// @return null if there is none
    public @Nullable TargetEndpoint pick(OptionalLong affinity) {
        TargetEndpoint first = affinity.isEmpty() ? null : firstFor(affinity.getAsLong());
        return first == null ? pick() : first;
    }

    private @Nullable TargetEndpoint firstFor(long affinity) {
        long now = loop.ticker().nanoTime();
        return Rendezvous.first(endpoints, TargetEndpoint::key, target -> target.badness(now) == 0, affinity);
    }

    /// The best one besides those tried, whatever its health; null when all have been tried.
    @Nullable
    TargetEndpoint pickOther(Set<TargetEndpoint> tried) {
        int picked = best(tried);
        return picked < 0 ? null : endpoints.get(picked);
    }

    /// Each call asks, so nothing is allocated here.
    private int best(Set<TargetEndpoint> tried) {
        long now = loop.ticker().nanoTime();
        int best = -1;
        for (int i = 0; i < endpoints.size(); i++) {
            int index = (next + i) % endpoints.size();
            TargetEndpoint endpoint = endpoints.get(index);
            if (!tried.contains(endpoint) && (best < 0 || isBetter(endpoint, endpoints.get(best), now))) {
                best = index;
            }
        }
        return best;
    }

    private static boolean isBetter(TargetEndpoint endpoint, TargetEndpoint than, long now) {
        int bad = endpoint.badness(now);
        int thanBad = than.badness(now);
        return bad != thanBad ? bad < thanBad : endpoint.outstanding() < than.outstanding();
    }

    // ---- connecting

    /// The handler that a fresh connection needs, null if it is to stay in the clear.
    ///
    /// @param http1 whether HTTP/2 is of no use
    @Nullable
    SslHandler tls(Target to, Channel channel, boolean http1) {
        TargetSecurity secured = security;
        return secured == null || to.scheme() != Scheme.HTTPS
                ? null
                : secured.handler(channel.alloc(), to.address(), http1);
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
