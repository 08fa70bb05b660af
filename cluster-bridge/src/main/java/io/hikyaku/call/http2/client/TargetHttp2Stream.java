package io.hikyaku.call.http2.client;

import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.http.ConnectionAuth;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http2.Http2Multiplex;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One exchange's stream on a connection to a target: how its [TargetHttp2Request] fares, and the response. The target
/// gets window for what the path to the caller takes.
final class TargetHttp2Stream extends Http2Multiplex.Served implements TargetSide {
    /// How long a target that has responded may take to read the rest of the request, or to say that it does not
    /// want it.
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final TargetHttp2Connection connection;
    private final TargetHttp2Request request;
    private final TargetHttp2Response response;
    private @Nullable TargetExchange exchange;
    private boolean closed;

    private int unconsumed;
    private boolean reading = true;

    private boolean limited;
    private long dueNanos;

    TargetHttp2Stream(TargetHttp2Connection connection) {
        this.connection = connection;
        this.request = new TargetHttp2Request(connection);
        this.response = new TargetHttp2Response(this);
    }

    /// −1: the connection did not take the request's head.
    int id() {
        Http2Stream http2 = request.http2();
        return http2 == null ? -1 : http2.id();
    }

    @Override
    protected boolean hasPeerEnded() {
        return response.isEnded();
    }

    // ---- the request

    @Override
    public void begin(TargetExchange next, RequestHead head, Stream from) {
        exchange = next;
        response.begin(head);
        request.writeHead(this, head, from);
        if (ConnectionAuth.isIn(head)) {
            onAuthenticated();
        }
    }

    /// The service may take the next user of the connection for someone it has authenticated: there will be none.
    void onAuthenticated() {
        connection.leave();
    }

    @Override
    public void writeBody(ByteBuf data) {
        request.writeBody(data, closed);
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        request.writeEnd(trailers, closed);
    }

    @Override
    public void creditOnFlush(int bytes) {
        request.creditOnFlush(bytes);
    }

    @Override
    public void limit(Duration time) {
        limited = true;
        dueNanos = connection.now() + time.toNanos();
        connection.limit(dueNanos);
    }

    /// Whether it times out unless something happens first.
    boolean isLimited() {
        return limited;
    }

    long dueNanos() {
        return dueNanos;
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        Http2Stream from = request.http2();
        if (wanted && unconsumed > 0 && from != null) {
            int bytes = unconsumed;
            unconsumed = 0;
            connection.consume(from, bytes);
        }
    }

    /// The part of the request that is not written yet still goes out.
    @Override
    public void release() {
        leave();
        if (!closed) {
            limit(LINGER);
        }
    }

    @Override
    public void abort() {
        if (exchange != null) {
            leave();
            reset(Http2Error.CANCEL);
        }
    }

    private void reset(Http2Error error) {
        Http2Stream to = request.http2();
        if (closed) {
            return;
        }
        if (to == null) {
            onClosed();
        } else {
            connection.reset(to.id(), error);
        }
    }

    private void leave() {
        exchange = null;
        limited = false;
        request.leave();
        setReading(true);
        connection.onFinished();
    }

    // ---- the response

    /// Whether it is still this exchange's.
    boolean serves(TargetExchange asked) {
        return exchange == asked;
    }

    /// @throws BadMessage if it is not valid
    void onHeaders(Http2Headers headers, boolean end) {
        TargetExchange current = exchange;
        if (current != null) {
            response.onHeaders(current, headers, end);
        }
    }

    /// Takes ownership.
    ///
    /// @return bytes for which the target may have window again
    /// @throws BadMessage if it is not valid
    int onData(ByteBuf data, boolean end) {
        TargetExchange current = exchange;
        int length = data.readableBytes();
        if (current == null) {
            data.release();
            return length;
        }
        response.onBody(current, data, end);
        if (reading) {
            return length;
        }
        unconsumed += length;
        return 0;
    }

    @Override
    protected void onTurnEnd() {
        TargetExchange current = exchange;
        if (current != null) {
            current.flushResponse();
        }
    }

    // ---- the ends

    /// What the target sent is not valid.
    void onInvalid() {
        TargetExchange current = exchange;
        if (current != null) {
            leave();
        }
        reset(Http2Error.PROTOCOL_ERROR);
        if (current != null) {
            current.onResponseInvalid();
        }
    }

    /// RST_STREAM came.
    void onReset(long code) {
        TargetExchange current = exchange;
        closed = true;
        if (current == null) {
            return;
        }
        Http2Error error = Http2Error.valueOf(code);
        if (error == Http2Error.REFUSED_STREAM && !response.isEnded()) {
            current.onNotStarted();
        } else if (error == Http2Error.NO_ERROR && response.isEnded()) {
            current.onRequestUnwanted();
        } else {
            current.onTargetReset(meaning(error));
        }
    }

    private static ResetCode meaning(@Nullable Http2Error error) {
        return error == Http2Error.CANCEL
                ? ResetCode.TARGET_CANCELLED
                : error == Http2Error.ENHANCE_YOUR_CALM ? ResetCode.TARGET_BUSY : ResetCode.TARGET_ABORTED;
    }

    /// The connection did not take the head of the request.
    void onUnwritten() {
        TargetExchange current = exchange;
        if (current != null) {
            leave();
            reset(Http2Error.CANCEL);
            current.onNotStarted();
        }
    }

    /// The target will not look at the stream, which is above the last one that its GOAWAY names.
    void onNotStarted() {
        TargetExchange current = exchange;
        closed = true;
        if (current != null) {
            current.onNotStarted();
        }
    }

    /// The connection has closed.
    ///
    /// @param broken how to report it, null for the usual
    void onGone(boolean kept, @Nullable ResetCode broken) {
        TargetExchange current = exchange;
        closed = true;
        if (current == null) {
            return;
        }
        if (broken == null) {
            current.onTargetGone(kept);
        } else {
            current.onTargetReset(broken);
        }
    }

    @Override
    protected void onClosed() {
        closed = true;
        connection.onStreamClosed();
        TargetExchange current = exchange;
        if (current != null && !response.isEnded()) {
            current.onTargetGone(false);
        }
    }

    void onTimeout() {
        TargetExchange current = exchange;
        limited = false;
        if (current == null) {
            reset(Http2Error.CANCEL);
        } else {
            current.onTimeout();
        }
    }
}
