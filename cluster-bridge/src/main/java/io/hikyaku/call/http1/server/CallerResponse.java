package io.hikyaku.call.http1.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerSide;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http1.BodyWriter;
import io.hikyaku.call.http1.Framing;
import io.hikyaku.call.http1.HeadWriter;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the response to one request of a caller's connection.
final class CallerResponse implements CallerSide {
    private final CallerConnection connection;
    private final Http1Request request;
    private @Nullable BodyWriter body;
    private boolean keepAlive;

    CallerResponse(CallerConnection connection, Http1Request request) {
        this.connection = connection;
        this.request = request;
        this.keepAlive = request.keepAlive() && !request.webSocket();
    }

    @Override
    public EventLoop loop() {
        return connection.channel().eventLoop();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return connection.channel().remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.channel().alloc();
    }

    @Override
    public void from(Stream stream) {
        connection.out().from(stream);
    }

    @Override
    public void creditOnFlush(int bytes) {
        connection.out().creditOnFlush(bytes);
    }

    /// HTTP/1.0 has no interim responses (RFC 9110 §15.2).
    @Override
    public boolean writeInterim(ResponseHead head) {
        if (request.head().version() != Version.HTTP_1_1) {
            return false;
        }
        HeadWriter.writeInterim(connection.out().room(512), head);
        return true;
    }

    @Override
    public void writeHead(ResponseHead head) {
        keepAlive &= !connection.isLast();
        writeOrNothing(room -> {
            Framing framing = HeadWriter.writeResponse(room, head, toCaller());
            keepAlive &= framing.kind() != Framing.Kind.UNTIL_CLOSE;
            body = new BodyWriter(connection.out(), framing);
        });
    }

    /// A head that turns out to be wrong must not leave half of itself behind.
    private void writeOrNothing(Consumer<ByteBuf> head) {
        ByteBuf room = connection.out().room(512);
        int start = room.writerIndex();
        try {
            head.accept(room);
        } catch (Malformed malformed) {
            room.writerIndex(start);
            throw malformed;
        }
    }

    @Override
    public CallerSide switchProtocols(ResponseHead head, CallerExchange exchange) {
        CharSequence key = request.head().fields().get(WebSocket.KEY);
        if (key == null) {
            throw new IllegalStateException("A WebSocket without a key");
        }
        writeOrNothing(room -> HeadWriter.writeSwitch(room, head, key));
        return connection.toTunnel(exchange);
    }

    @Override
    public void writeBody(ByteBuf data) {
        BodyWriter to = body;
        if (to == null) {
            data.release();
        } else {
            to.write(data);
        }
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        BodyWriter to = body;
        if (to == null) {
            throw new IllegalStateException("The end of a response without its head");
        }
        to.end(trailers);
    }

    @Override
    public void onProgress() {
        connection.onProgress();
    }

    @Override
    public void setReading(boolean wanted) {
        connection.setReading(wanted);
    }

    @Override
    public void onRequestUnwanted() {
        keepAlive = false;
    }

    @Override
    public void onExchangeEnd(boolean clean) {
        connection.onExchangeEnd(keepAlive && clean);
    }

    @Override
    public void onExchangeFailed(Problem problem, CharSequence requestId) {
        boolean stays = keepAlive && connection.mayStay();
        connection.answer(
                problem, requestId, new HeadWriter.ToCaller(request.head().version(), isHead(), stays));
        connection.onExchangeEnd(stays);
    }

    @Override
    public void onExchangeCutOff(Problem problem) {
        connection.onExchangeCutOff();
    }

    private HeadWriter.ToCaller toCaller() {
        return new HeadWriter.ToCaller(request.head().version(), isHead(), keepAlive);
    }

    private boolean isHead() {
        return request.head().method().equals("HEAD");
    }
}
