package io.hikyaku.call.http1.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerSide;
import io.hikyaku.call.http1.Tunnel;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The tunnel of a caller.
final class CallerTunnel extends Tunnel implements CallerSide {
    private final Channel channel;
    private final CallerExchange exchange;

    CallerTunnel(Channel channel, SocketOutput out, CallerExchange exchange, Duration idleTimeout) {
        super(channel, out, idleTimeout);
        this.channel = channel;
        this.exchange = exchange;
    }

    // ---- the caller's half

    @Override
    public void onBytes(ByteBuf data) {
        exchange.onRequestBody(data);
        exchange.flushRequest();
    }

    @Override
    public void onSocketEnd() {
        exchange.onRequestEnd(null);
    }

    @Override
    public void onSocketLost() {
        exchange.cancel();
    }

    @Override
    public void onIdle() {
        exchange.abandon(Problem.TARGET_TIMEOUT);
    }

    // ---- the service's half

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public void from(Stream stream) {
        splice().from(stream);
    }

    @Override
    public boolean writeInterim(ResponseHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "a head on an open WebSocket");
    }

    @Override
    public void writeHead(ResponseHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "a head on an open WebSocket");
    }

    @Override
    public CallerSide switchProtocols(ResponseHead head, CallerExchange by) {
        throw new Malformed(Reason.INVALID_VALUE, "a head on an open WebSocket");
    }

    /// The splice sees what moves.
    @Override
    public void onProgress() {}

    @Override
    public void onExchangeEnd(boolean clean) {
        splice().close();
    }

    @Override
    public void onExchangeFailed(Problem problem, CharSequence requestId) {
        splice().abort();
    }

    @Override
    public void onExchangeCutOff(Problem problem) {
        splice().abort();
    }
}
