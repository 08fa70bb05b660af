package io.hikyaku.call.http1.caller;

import io.hikyaku.call.Problem;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerSide;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A caller's connection after a WebSocket was opened on it: bytes both ways, ends as ends.
final class CallerTunnel implements CallerSide, Splice.Owner {
    private final Channel channel;
    private final SocketOutput out;
    private final CallerExchange exchange;
    private final Splice splice;

    CallerTunnel(Channel channel, SocketOutput out, CallerExchange exchange, Duration idleTimeout) {
        this.channel = channel;
        this.out = out;
        this.exchange = exchange;
        this.splice = new Splice(channel, out, this, idleTimeout);
    }

    /// Reads the connection from now on.
    Splice splice() {
        return splice;
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

    @Override
    public boolean takesMore() {
        return exchange.takesMore();
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
        out.from(stream);
    }

    @Override
    public void creditOnFlush(int bytes) {
        splice.creditOnFlush(bytes);
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

    @Override
    public void writeBody(ByteBuf data) {
        splice.write(data);
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        splice.end();
    }

    @Override
    public void onProgress() {
        splice.updateReading();
    }

    @Override
    public void onRequestUnwanted() {
        splice.updateReading();
    }

    @Override
    public void onExchangeEnd(boolean clean) {
        splice.close();
    }

    @Override
    public void onExchangeFailed(Problem problem, CharSequence requestId) {
        splice.abort();
    }

    @Override
    public void onExchangeCutOff(Problem problem) {
        splice.abort();
    }
}
