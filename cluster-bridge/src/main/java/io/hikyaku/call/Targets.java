package io.hikyaku.call;

import io.hikyaku.config.HostPort;
import io.hikyaku.config.Target;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The targets of one exported port as one event loop sees them: which is next, and how to connect to it.
public final class Targets {
    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final List<Target> targets;
    private final int[] outstanding;
    private int next;

    /// @param targets one at least
    /// @param gauge counts the connections that are open
    public Targets(Sockets sockets, int shard, List<Target> targets, Duration connectTimeout, LongAdder gauge) {
        this.targets = List.copyOf(targets);
        this.outstanding = new int[targets.size()];
        this.loop = sockets.loop(shard);
        this.bootstrap = sockets.dialler(shard)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        gauge.increment();
                        channel.closeFuture().addListener(closed -> gauge.decrement());
                    }
                });
    }

    public int count() {
        return targets.size();
    }

    public EventLoop loop() {
        return loop;
    }

    /// The target with the fewest calls outstanding, those with equal numbers in turn.
    public int pick() {
        int best = next % outstanding.length;
        for (int i = 1; i < outstanding.length; i++) {
            int index = (next + i) % outstanding.length;
            if (outstanding[index] < outstanding[best]) {
                best = index;
            }
        }
        next = (best + 1) % outstanding.length;
        return best;
    }

    public void begin(int target) {
        outstanding[target]++;
    }

    public void finish(int target) {
        outstanding[target]--;
    }

    /// Connects; read [#failure] when it fails.
    ChannelFuture connect(int target) {
        HostPort address = targets.get(target).address();
        return bootstrap.connect(InetSocketAddress.createUnresolved(address.host(), address.port()));
    }

    /// What a failed connect means to the caller.
    static ResetCode failure(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return ResetCode.TARGET_UNRESOLVED;
        }
        return cause instanceof ConnectTimeoutException ? ResetCode.TARGET_CONNECT_TIMEOUT : ResetCode.TARGET_REFUSED;
    }
}
