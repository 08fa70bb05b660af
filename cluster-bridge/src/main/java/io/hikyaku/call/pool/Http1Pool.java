package io.hikyaku.call.pool;

import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.http1.client.TargetConnection;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.service.TargetHost;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP/1.1 connections to one target of an exported port that wait for their next exchange. Belongs to its event
/// loop.
final class Http1Pool implements TargetConnection.Keeper {
    /// Shorter than servers usually keep an idle connection (5 s is the least of the common defaults), so that it
    /// is seldom found closed.
    private static final Duration KEEP_IDLE = Duration.ofSeconds(4);

    /// Some do keep it shorter than that, and may be closing it when the next request comes; nobody closes one that
    /// was used a moment ago.
    private static final Duration SURELY_OPEN = Duration.ofSeconds(1);

    private static final int MAX_IDLE = 128;

    private final TargetEndpoint target;
    private final TargetHost host;
    private final int maxHead;
    private final Duration tunnelIdle;
    private final ArrayDeque<TargetConnection> idle = new ArrayDeque<>();
    private final TiedConnections tied;
    private final Duration keepTied;
    private boolean closed;

    Http1Pool(TargetEndpoint target, TargetHost host, CallLimits limits, TiedConnections tied) {
        this.tied = tied;
        this.keepTied = limits.idleTimeout();
        this.target = target;
        this.host = host;
        this.maxHead = limits.maxHeaderSize().toInt();
        this.tunnelIdle = limits.tcpIdleTimeout();
    }

    /// The idle connection that was used last, null if none will do; an exchange is to begin on it. A request that
    /// is harmless to repeat may try a connection that turns out to be closed.
    @Nullable
    TargetConnection take(TargetAcquire search) {
        TargetConnection last = idle.peekLast();
        if (last == null || !search.isRepeatable() && last.idleNanos() > SURELY_OPEN.toNanos()) {
            return null;
        }
        idle.removeLast();
        target.begin();
        last.tieTo(search.caller());
        return last;
    }

    /// Makes a fresh socket a connection; an exchange is to begin on it.
    TargetConnection join(Channel channel, TargetAcquire search) {
        TargetConnection connection = new TargetConnection(channel, maxHead, tunnelIdle, this);
        connection.tieTo(search.caller());
        channel.pipeline().addLast(connection);
        target.begin();
        return connection;
    }

    @Override
    public Duration keep(TargetConnection connection) {
        boolean kept = !closed && idle.size() < MAX_IDLE && idle.add(connection);
        return kept ? KEEP_IDLE : Duration.ZERO;
    }

    @Override
    public Duration keepFor(String caller, TargetConnection connection) {
        return !closed && tied.keep(caller, connection) ? keepTied : Duration.ZERO;
    }

    @Override
    public void onTaken() {
        target.begin();
    }

    @Override
    public String authority(String said) {
        return host.authority(said, target.target());
    }

    @Override
    public void forget(TargetConnection connection) {
        idle.remove(connection);
        tied.forget(connection);
    }

    @Override
    public void onFinished() {
        target.finish();
    }

    /// Ends idle connections, those that are kept for one caller among them; the others are no longer kept.
    void close() {
        closed = true;
        List.copyOf(idle).forEach(TargetConnection::close);
        tied.closeThoseOf(this);
    }
}
