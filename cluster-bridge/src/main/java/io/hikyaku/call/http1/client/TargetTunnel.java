package io.hikyaku.call.http1.client;

import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.http1.Tunnel;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;

/// The tunnel to a target.
final class TargetTunnel extends Tunnel implements TargetSide {
    private final TargetExchange exchange;
    private final Runnable onFinished;

    /// @param onFinished runs once, when the exchange has left
    TargetTunnel(
            Channel channel, SocketOutput out, TargetExchange exchange, Duration idleTimeout, Runnable onFinished) {
        super(channel, out, idleTimeout);
        this.exchange = exchange;
        this.onFinished = onFinished;
    }

    // ---- the service's half

    @Override
    public void onBytes(ByteBuf data) {
        exchange.onTargetBody(data);
        exchange.flushResponse();
    }

    @Override
    public void onSocketEnd() {
        exchange.onTargetEnd(null);
    }

    @Override
    public void onSocketLost() {
        exchange.onTargetGone(false);
    }

    @Override
    public void onIdle() {
        exchange.onTimeout();
    }

    // ---- the caller's half

    @Override
    public void begin(TargetExchange next, RequestHead head, Stream from) {
        throw new IllegalStateException("A WebSocket's connection is used once");
    }

    /// The connection has a limit of its own, for both directions.
    @Override
    public void limit(Duration time) {}

    @Override
    public void release() {
        splice().close();
        onFinished.run();
    }

    @Override
    public void abort() {
        splice().abort();
        onFinished.run();
    }
}
