package io.hikyaku.call.http1.target;

import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection to a target after a WebSocket was opened on it: bytes both ways, ends as ends.
final class TargetTunnel implements TargetSide, Splice.Owner {
    private final TargetExchange exchange;
    private final Runnable onFinished;
    private final Splice splice;

    /// @param onFinished runs once, when the exchange has left
    TargetTunnel(
            Channel channel, SocketOutput out, TargetExchange exchange, Duration idleTimeout, Runnable onFinished) {
        this.exchange = exchange;
        this.onFinished = onFinished;
        this.splice = new Splice(channel, out, this, idleTimeout);
    }

    /// Reads the connection from now on.
    Splice splice() {
        return splice;
    }

    // ---- the service's half

    @Override
    public void onBytes(ByteBuf data) {
        exchange.onAnswerBody(data);
        exchange.flushAnswer();
    }

    @Override
    public void onSocketEnd() {
        exchange.onAnswerEnd(null);
    }

    @Override
    public void onSocketLost() {
        exchange.onTargetGone(false);
    }

    @Override
    public void onIdle() {
        exchange.onTimeout();
    }

    @Override
    public boolean takesMore() {
        return exchange.takesMore();
    }

    // ---- the caller's half

    @Override
    public void begin(TargetExchange next, RequestHead head, Stream from) {
        throw new IllegalStateException("A WebSocket's connection is used once");
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
    public void creditOnFlush(int bytes) {
        splice.creditOnFlush(bytes);
    }

    /// The connection has a limit of its own, for both directions.
    @Override
    public void limit(Duration time) {}

    @Override
    public void setReading(boolean wanted) {
        splice.updateReading();
    }

    @Override
    public void release() {
        splice.close();
        onFinished.run();
    }

    @Override
    public void abort() {
        splice.abort();
        onFinished.run();
    }
}
