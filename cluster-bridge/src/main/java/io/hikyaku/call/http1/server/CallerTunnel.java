package io.hikyaku.call.http1.server;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

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
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The tunnel of a caller.
final class CallerTunnel extends Tunnel implements CallerSide {
    private final Channel channel;
    private final CallerExchange exchange;
    /// What the caller has said before the exchange knows of the tunnel: it must not be overtaken.
    private @Nullable ByteBuf early;

    private boolean endedEarly;
    private boolean begun;

    CallerTunnel(Channel channel, SocketOutput out, CallerExchange exchange, Duration idleTimeout) {
        super(channel, out, idleTimeout);
        this.channel = channel;
        this.exchange = exchange;
    }

    // ---- the caller's half

    /// The exchange knows of the tunnel: what waited goes on its way.
    void begin() {
        begun = true;
        ByteBuf waited = early;
        early = null;
        if (waited != null) {
            onBytes(waited);
        }
        if (endedEarly) {
            onSocketEnd();
        }
    }

    @Override
    public void onBytes(ByteBuf data) {
        if (begun) {
            exchange.onRequestBody(data);
            exchange.flushRequest();
        } else {
            ByteBuf before = early;
            early = before == null ? data : MERGE_CUMULATOR.cumulate(channel.alloc(), before, data);
        }
    }

    @Override
    public void onSocketEnd() {
        if (begun) {
            exchange.onRequestEnd(null);
        } else {
            endedEarly = true;
        }
    }

    @Override
    public void onSocketLost() {
        ReferenceCountUtil.release(early);
        early = null;
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
