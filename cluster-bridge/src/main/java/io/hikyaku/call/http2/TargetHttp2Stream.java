package io.hikyaku.call.http2;

import io.hikyaku.call.exchange.Rejected;
import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.exchange.WebSocket;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One exchange's stream on a connection to a target. Credit is given back for what has been written to the socket, and
/// window for what the way to the caller takes.
final class TargetHttp2Stream implements TargetSide {
    /// Interim responses to one request; more is a flood.
    private static final int MAX_INTERIM = 32;

    /// For a target that has answered to take the rest of the request, or to say that it does not want it.
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final TargetHttp2Connection connection;
    private @Nullable TargetExchange exchange;
    private @Nullable Stream source;
    private @Nullable Http2Stream http2;
    private boolean closed;

    private long requestLeft;
    private boolean requestEnded;
    private int owed;
    private int unwritten;

    private boolean toHead;
    private boolean webSocket;
    private boolean webSocketOpen;
    private boolean inBody;
    private boolean answerEnded;
    private long answerLeft;
    private int interim;
    private int unconsumed;
    private boolean reading = true;

    private boolean limited;
    private long dueNanos;

    TargetHttp2Stream(TargetHttp2Connection connection) {
        this.connection = connection;
    }

    // ---- the request

    @Override
    public void begin(TargetExchange next, RequestHead head, Stream from) {
        exchange = next;
        source = from;
        toHead = head.method().equals("HEAD");
        webSocket = WebSocket.isAsked(head);
        requestLeft = webSocket ? -1 : TargetHeads.bodyLength(head.fields());
        requestEnded = requestLeft == 0;
        Http2Headers headers = TargetHeads.request(head, connection.scheme(), connection.authority(head.authority()));
        http2 = connection.writeRequest(this, headers, requestEnded);
    }

    @Override
    public void writeBody(ByteBuf data) {
        int length = data.readableBytes();
        Http2Stream to = http2;
        if (requestLeft >= 0 && length > requestLeft) {
            data.release();
            throw new Malformed(Reason.INVALID_VALUE, "more body than its head promised");
        }
        requestLeft -= requestLeft < 0 ? 0 : length;
        if (to == null || closed) {
            data.release();
            return;
        }
        unwritten += length;
        connection.writeData(to.id(), data, false).addListener(written -> {
            unwritten -= length;
            settle();
        });
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        Http2Stream to = http2;
        if (requestLeft > 0) {
            throw new Malformed(Reason.TRUNCATED, "body");
        }
        if (requestEnded || to == null || closed) {
            return;
        }
        requestEnded = true;
        List<AsciiString> fields = new ArrayList<>();
        if (trailers != null && !webSocket) {
            Http2Fields.writeTrailers(trailers, fields);
        }
        if (fields.isEmpty()) {
            connection.writeData(to.id(), Unpooled.EMPTY_BUFFER, true);
        } else {
            connection.writeTrailers(to.id(), ReadOnlyHttp2Headers.trailers(false, fields.toArray(AsciiString[]::new)));
        }
    }

    @Override
    public void owe(int bytes) {
        owed += bytes;
        settle();
    }

    private void settle() {
        int done = owed - unwritten;
        Stream from = source;
        if (from != null && done > 0) {
            owed -= done;
            from.consumed(done);
        }
    }

    @Override
    public void limit(Duration time) {
        limited = true;
        dueNanos = connection.now() + time.toNanos();
        connection.limit(dueNanos);
    }

    /// When it is to be over, if something does not happen.
    boolean isLimited() {
        return limited;
    }

    long dueNanos() {
        return dueNanos;
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        Http2Stream from = http2;
        if (wanted && unconsumed > 0 && from != null) {
            int bytes = unconsumed;
            unconsumed = 0;
            connection.consume(from, bytes);
        }
    }

    /// What of the request is not written yet still goes out.
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
        Http2Stream to = http2;
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
        Stream from = source;
        exchange = null;
        source = null;
        limited = false;
        if (from != null && owed > 0) {
            from.consumed(owed);
        }
        owed = 0;
        setReading(true);
        connection.onFinished();
    }

    // ---- the response

    /// @throws Rejected if it is not valid
    void onHeaders(Http2Headers headers, boolean end) {
        TargetExchange current = exchange;
        if (current == null) {
            return;
        }
        if (webSocketOpen) {
            throw Rejected.badRequest("a head on an open WebSocket");
        }
        if (inBody) {
            onEnd(current, Http2Fields.readTrailers(headers));
            return;
        }
        TargetHeads.Response response = TargetHeads.response(headers);
        int status = response.head().status();
        if (status < 200) {
            interim++;
            if (end || interim > MAX_INTERIM) {
                throw Rejected.badRequest("interim response");
            }
            current.onAnswerHead(response.head());
            return;
        }
        if (webSocket && status < 300) {
            onOpened(current, response, end);
            return;
        }
        boolean bodiless = toHead || status == 204 || status == 304;
        answerLeft = bodiless ? 0 : response.contentLength();
        inBody = true;
        if (end && answerLeft > 0) {
            throw Rejected.badRequest("no body where Content-Length promises one");
        }
        current.onAnswerHead(response.head());
        if (end) {
            onEnd(current, null);
        }
    }

    /// What was asked for as a CONNECT is open with any 2xx (RFC 8441 §5), which cannot have a length
    /// (RFC 9110 §9.3.6): DATA are bytes both ways from here on.
    private void onOpened(TargetExchange current, TargetHeads.Response response, boolean end) {
        if (response.contentLength() >= 0) {
            throw Rejected.badRequest("Content-Length of a WebSocket");
        }
        webSocketOpen = true;
        inBody = true;
        answerLeft = -1;
        current.onSwitched(
                new ResponseHead(Version.HTTP_2, 101, "", response.head().fields()), this);
        if (end) {
            onEnd(current, null);
        }
    }

    /// Takes ownership.
    ///
    /// @return bytes for which the target may have window again
    /// @throws Rejected if it is not valid
    int onData(ByteBuf data, boolean end) {
        TargetExchange current = exchange;
        int length = data.readableBytes();
        if (current == null) {
            data.release();
            return length;
        }
        boolean fits = inBody && (answerLeft < 0 || length <= answerLeft);
        if (!fits) {
            data.release();
            throw Rejected.badRequest("body where none may be");
        }
        answerLeft -= answerLeft < 0 ? 0 : length;
        if (length == 0) {
            data.release();
        } else {
            current.onAnswerBody(data);
        }
        if (end) {
            onEnd(current, null);
        }
        if (reading) {
            return length;
        }
        unconsumed += length;
        return 0;
    }

    private void onEnd(TargetExchange current, @Nullable Fields trailers) {
        if (answerLeft > 0) {
            throw Rejected.badRequest("less body than Content-Length promises");
        }
        if (exchange == current) {
            answerEnded = true;
            current.onAnswerEnd(trailers == null || trailers.size() == 0 ? null : trailers);
        }
        if (exchange == current && webSocket && !webSocketOpen) { // nothing can follow a refusal
            writeEnd(null);
            current.onRequestUnwanted();
        }
    }

    void flushAnswer() {
        TargetExchange current = exchange;
        if (current != null) {
            current.flushAnswer();
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
            current.onAnswerInvalid();
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
        if (error == Http2Error.REFUSED_STREAM && !answerEnded) {
            current.onNotStarted();
        } else if (error == Http2Error.NO_ERROR && answerEnded) {
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
    /// @param broken what is to be said of it, null for the usual
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

    /// The stream is closed, on both sides or by a reset.
    void onClosed() {
        closed = true;
        connection.onStreamClosed();
        TargetExchange current = exchange;
        if (current != null && !answerEnded) {
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
