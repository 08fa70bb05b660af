package io.hikyaku.call.http2.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerSide;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http2.Http2Multiplex;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.GrpcType;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One stream of a caller's HTTP/2 connection: a request, and how its [CallerHttp2Response] fares.
final class CallerHttp2Stream extends Http2Multiplex.Served implements CallerSide {
    private static final AsciiString HEAD = AsciiString.cached("HEAD");

    private final CallerHttp2Connection connection;
    private final Http2Stream http2;
    private final CallerHttp2Response response;
    private final StreamPlace place;
    private final RequestWindow window;
    private @Nullable CallerExchange exchange;
    private int unconsumed;
    private boolean requestEnded;
    private boolean reading;
    private long movedNanos;

    /// @param asked the request's head as it came, which says what form a response must have even if it is refused
    CallerHttp2Stream(CallerHttp2Connection connection, Http2Stream http2, Http2Headers asked, boolean ended) {
        CharSequence type = asked.get(GrpcType.CONTENT_TYPE);
        this.connection = connection;
        this.http2 = http2;
        this.requestEnded = ended;
        this.movedNanos = connection.now();
        this.place = new StreamPlace(connection);
        this.window = new RequestWindow(connection, http2);
        this.response = new CallerHttp2Response(
                connection,
                http2.id(),
                asked.method() != null && AsciiString.contentEquals(asked.method(), HEAD),
                type != null && GrpcType.matches(type),
                () -> movedNanos = connection.now(),
                this::stopRequest);
    }

    @Override
    protected boolean hasPeerEnded() {
        return requestEnded;
    }

    // ---- the caller's half

    /// Has memory set aside for the body that will come, or says that there is none.
    boolean openWindow() {
        return window.open();
    }

    void start(Request request) {
        CallerExchange made = new CallerExchange(this, connection.port(), request);
        exchange = made;
        if (requestEnded) {
            made.onRequestEnd(null);
        }
        made.start();
    }

    /// Takes ownership.
    void onData(ByteBuf piece, boolean end) {
        CallerExchange to = exchange;
        int length = piece.readableBytes();
        movedNanos = connection.now();
        if (to == null) {
            piece.release();
            window.dropped(length);
        } else {
            unconsumed += length;
            if (length > 0) {
                to.onRequestBody(piece);
            } else {
                piece.release();
            }
            connection.flushSoon(this);
            if (!end) {
                giveWindow();
            }
        }
        if (end) {
            onRequestEnd(null);
        }
    }

    void onRequestEnd(@Nullable Fields trailers) {
        CallerExchange to = exchange;
        movedNanos = connection.now();
        requestEnded = true;
        window.end(unconsumed);
        giveWindow();
        if (to != null) {
            to.onRequestEnd(trailers);
        }
    }

    @Override
    protected void onClosed() {
        CallerExchange gone = exchange;
        exchange = null;
        unconsumed = 0;
        window.close();
        response.drop();
        if (gone != null) {
            gone.cancel();
        }
        response.settle();
        place.onClosed();
    }

    @Override
    public Runnable onCancelled() {
        return place.onCancelled();
    }

    /// Ends an exchange that has not moved for too long.
    void checkTime(long nowNanos) {
        CallerExchange current = exchange;
        long still = nowNanos - movedNanos;
        HttpPort port = connection.port();
        if (connection.hasUnsent(http2)
                && still >= port.context().limits().http().writeTimeout().toNanos()) {
            port.refusals().count(Violation.ANSWER_TIME, "the response was not taken in time", remoteAddress());
            connection.reset(http2.id(), Http2Error.CANCEL);
            return;
        }
        if (still < timeLimit(current).toNanos()) {
            return;
        }
        if (current == null) {
            connection.reset(http2.id(), Http2Error.CANCEL);
        } else {
            boolean slowCaller = !requestEnded && reading;
            current.abandon(slowCaller ? Problem.REQUEST_TIMEOUT : Problem.TARGET_TIMEOUT);
        }
    }

    /// Streams of gRPC may wait for their next message as long as they like, on either side.
    private Duration timeLimit(@Nullable CallerExchange current) {
        CallLimits limits = connection.port().context().limits();
        if (current != null && (response.isGrpc() || current.hasResponseBegun())) {
            return limits.tcpIdleTimeout();
        }
        if (current == null || !requestEnded && reading) {
            return limits.idleTimeout();
        }
        return limits.responseTimeout();
    }

    private void giveWindow() {
        CallerExchange to = exchange;
        if (unconsumed > 0 && (to == null || reading)) {
            int bytes = unconsumed;
            unconsumed = 0;
            if (to == null) {
                window.dropped(bytes);
            } else {
                window.consumed(bytes);
            }
        }
    }

    // ---- the response

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return connection.allocator();
    }

    @Override
    public void from(Stream stream) {
        response.from(stream);
    }

    @Override
    public void creditOnFlush(int bytes) {
        response.creditOnFlush(bytes);
    }

    @Override
    public boolean writeInterim(ResponseHead interim) {
        return response.writeInterim(interim);
    }

    @Override
    public void writeHead(ResponseHead head) {
        response.writeHead(head);
        connection.flushSoon(this);
    }

    /// In HTTP/2 an open WebSocket is a response of 200, and there is no key to answer for (RFC 8441 §5).
    @Override
    public CallerSide switchProtocols(ResponseHead head, CallerExchange by) {
        Fields fields = head.fields().without(WebSocket.ACCEPT::contentEqualsIgnoreCase);
        writeHead(new ResponseHead(head.version(), 200, "", fields));
        response.switchToBytes();
        return this;
    }

    @Override
    public void writeBody(ByteBuf piece) {
        response.writeBody(piece);
        connection.flushSoon(this);
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        response.writeEnd(trailers);
        connection.flushSoon(this);
    }

    @Override
    public void onProgress() {
        movedNanos = connection.now();
        response.settle();
    }

    @Override
    public void setReading(boolean wanted) {
        movedNanos = connection.now();
        reading = wanted;
        giveWindow();
    }

    @Override
    public void onExchangeEnd(boolean clean) {
        exchange = null;
        giveWindow();
        stopRequest();
    }

    @Override
    public void onExchangeFailed(Problem problem, CharSequence requestId) {
        exchange = null;
        refuse(problem, requestId);
        giveWindow();
    }

    @Override
    public void onExchangeCutOff(Problem problem) {
        exchange = null;
        response.dropBody();
        if (response.takesTrailers()) {
            writeOwn(problem, () -> response.writeTrailers(problem));
        } else {
            connection.reset(http2.id(), errorOf(problem));
        }
    }

    /// Writes a whole response of the bridge's own.
    void refuse(Problem problem, CharSequence requestId) {
        writeOwn(problem, () -> response.writeProblem(problem, requestId));
    }

    /// A caller that does not accept a head as large as ours is not tried with a smaller one.
    private void writeOwn(Problem problem, Runnable writing) {
        try {
            writing.run();
        } catch (BadMessage untaken) {
            connection.port().refusals().count(untaken.violation(), "not even ours", remoteAddress());
            connection.reset(http2.id(), errorOf(problem));
        }
    }

    /// The end of this event-loop turn: what waits goes out.
    @Override
    protected void onTurnEnd() {
        CallerExchange to = exchange;
        if (to != null) {
            to.flushRequest();
        }
        response.flush();
    }

    /// After the response's end: tells a caller that still sends to stop, which is no error (RFC 9113 §8.1).
    private void stopRequest() {
        if (response.isEndWritten() && !requestEnded && exchange == null) {
            connection.reset(http2.id(), Http2Error.NO_ERROR);
        }
    }

    private static Http2Error errorOf(Problem problem) {
        return switch (problem) {
            case TARGET_CANCELLED -> Http2Error.CANCEL;
            case TARGET_BUSY -> Http2Error.ENHANCE_YOUR_CALM;
            default -> Http2Error.INTERNAL_ERROR;
        };
    }
}
