package io.hikyaku.net.name;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connect to a name: asks for its addresses and connects to the first; whenever one fails or does not answer for a
/// moment the next is tried beside it, and the first that is connected wins. Belongs to its event loop.
final class AddressRace {
    /// "Connection Attempt Delay" of RFC 8305 §5.
    static final Duration HEAD_START = Duration.ofMillis(250);

    /// One address that is being connected to.
    ///
    /// @param number how many were begun before it
    private record Try(int number, InetSocketAddress address) {}

    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final InetSocketAddress to;
    private final Duration timeout;
    private final AddressMemory memory;
    private final Promise<Channel> winner;
    private final Queue<InetSocketAddress> waiting = new ArrayDeque<>();
    private final Map<Channel, Try> running = new HashMap<>();

    private int tries;
    private long headStartNanos = HEAD_START.toNanos();
    private @Nullable Future<?> nextTimer;
    private @Nullable Throwable lastFailure;

    AddressRace(Bootstrap bootstrap, EventLoop loop, InetSocketAddress to, Duration timeout, AddressMemory memory) {
        this.bootstrap = bootstrap;
        this.loop = loop;
        this.to = to;
        this.timeout = timeout;
        this.memory = memory;
        this.winner = loop.newPromise();
    }

    Future<Channel> winner() {
        return winner;
    }

    void start() {
        Future<?> end = loop.schedule(this::onTimeout, timeout.toNanos(), TimeUnit.NANOSECONDS);
        winner.addListener(decided -> {
            end.cancel(false);
            onLoop(this::stop);
        });
        if (!to.isUnresolved()) {
            waiting.add(to);
            next();
            return;
        }
        if (bootstrap.config().resolver().getResolver(loop) instanceof AddressResolver<?> names
                && names.isSupported(to)) {
            @SuppressWarnings("unchecked") // whoever supports such an address resolves to such addresses
            AddressResolver<InetSocketAddress> ours = (AddressResolver<InetSocketAddress>) names;
            ours.resolveAll(to).addListener((Future<List<InetSocketAddress>> found) -> onLoop(() -> onFound(found)));
        } else {
            winner.tryFailure(new UnknownHostException(to.getHostString()));
        }
    }

    private void onFound(Future<List<InetSocketAddress>> found) {
        if (winner.isDone()) {
            return;
        }
        if (!found.isSuccess()) {
            winner.tryFailure(found.cause());
            return;
        }
        waiting.addAll(memory.order(found.getNow(), now()));
        headStartNanos = Math.min(headStartNanos, timeout.toNanos() / (waiting.size() + 1));
        next();
    }

    /// Begins with the next address. The one before is not given up.
    private void next() {
        InetSocketAddress address = waiting.poll();
        if (address == null) {
            if (running.isEmpty()) {
                winner.tryFailure(lastFailure == null ? new UnknownHostException(to.getHostString()) : lastFailure);
            }
            return;
        }
        if (!waiting.isEmpty()) {
            nextTimer = loop.schedule(this::onHeadStartOver, headStartNanos, TimeUnit.NANOSECONDS);
        }
        ChannelFuture connecting = bootstrap.connect(address);
        Try begun = new Try(tries++, address);
        running.put(connecting.channel(), begun);
        connecting.addListener(reached -> onLoop(() -> onReached(connecting, begun)));
    }

    private void onHeadStartOver() {
        if (!winner.isDone()) {
            next();
        }
    }

    private void onReached(ChannelFuture connecting, Try mine) {
        Channel channel = connecting.channel();
        boolean wanted = running.remove(channel) != null && !winner.isDone();
        InetSocketAddress address = mine.address;
        if (!connecting.isSuccess()) { // Netty has closed it, if it was ever made
            if (wanted) {
                memory.onFailure(address, now());
                lastFailure = connecting.cause();
                cancelTimer();
                next();
            }
        } else if (wanted) {
            memory.onSuccess(address);
            running.values().stream()
                    .filter(other -> other.number < mine.number)
                    .forEach(slower -> memory.onFailure(slower.address, now()));
            if (!winner.trySuccess(channel)) {
                channel.close();
            }
        } else {
            channel.close();
        }
    }

    private void onTimeout() {
        running.values().forEach(silent -> memory.onFailure(silent.address, now()));
        winner.tryFailure(new ConnectTimeoutException("connection timed out after " + timeout.toMillis() + " ms: "
                + to.getHostString() + ":" + to.getPort()));
    }

    private void stop() {
        cancelTimer();
        waiting.clear();
        List.copyOf(running.keySet()).stream()
                .filter(Channel::isRegistered) // one that could not be made belongs to no event loop and cannot be
                // closed
                .forEach(Channel::close);
        running.clear();
    }

    private void cancelTimer() {
        if (nextTimer != null) {
            nextTimer.cancel(false);
        }
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }
}
