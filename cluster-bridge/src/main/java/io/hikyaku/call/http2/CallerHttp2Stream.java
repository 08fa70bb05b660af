package io.hikyaku.call.http2;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerSide;
import io.hikyaku.call.exchange.Grammar;
import io.hikyaku.call.exchange.GrpcAnswer;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.exchange.ProblemAnswer;
import io.hikyaku.call.exchange.Request;
import io.hikyaku.call.exchange.WebSocket;
import io.hikyaku.config.CallLimits;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.GrpcType;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One stream of a caller's HTTP/2 connection: a request, and where its answer is written. Heads and the last piece of
/// a
/// body wait for the end of the event-loop turn, so that an end that comes with them travels in their frame.
final class CallerHttp2Stream implements CallerSide {
    private static final AsciiString HEAD = AsciiString.cached("HEAD");
    private static final AsciiString OK = AsciiString.cached("200");

    private final CallerHttp2Connection connection;
    private final Http2Stream http2;
    private final boolean toHead;
    private final boolean grpc;
    private @Nullable CallerExchange exchange;
    private @Nullable Stream source;
    private @Nullable Http2Headers head;
    private @Nullable ByteBuf data;
    private long left;
    private int owed;
    private int unconsumed;
    private boolean requestEnded;
    private boolean headWritten;
    private boolean headHeld;
    private boolean answered;
    private boolean endWritten;
    private long movedNanos;

    /// @param asked the request's head as it came, which says what form an answer must have even if it is refused
    CallerHttp2Stream(CallerHttp2Connection connection, Http2Stream http2, Http2Headers asked, boolean ended) {
        this.connection = connection;
        this.http2 = http2;
        this.requestEnded = ended;
        this.toHead = asked.method() != null && AsciiString.contentEquals(asked.method(), HEAD);
        CharSequence contentType = asked.get(GrpcType.CONTENT_TYPE);
        this.grpc = contentType != null && GrpcType.matches(contentType);
        this.movedNanos = connection.now();
    }

    boolean hasRequestEnded() {
        return requestEnded;
    }

    // ---- the caller's half

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
            connection.consume(http2, length);
        } else {
            unconsumed += length;
            if (length > 0) {
                to.onRequestBody(piece);
            } else {
                piece.release();
            }
            connection.flushSoon(this);
            giveWindow();
        }
        if (end) {
            onRequestEnd(null);
        }
    }

    void onRequestEnd(@Nullable Fields trailers) {
        CallerExchange to = exchange;
        movedNanos = connection.now();
        requestEnded = true;
        if (to != null) {
            to.onRequestEnd(trailers);
        }
    }

    /// The HTTP/2 stream is gone, by a reset or because both sides have ended.
    void onClosed() {
        CallerExchange gone = exchange;
        exchange = null;
        unconsumed = 0;
        dropPending();
        if (gone != null) {
            gone.cancel();
        }
        settle();
    }

    /// Ends what has not moved for too long.
    void checkTime(long nowNanos) {
        CallerExchange current = exchange;
        long still = nowNanos - movedNanos;
        HttpPort port = connection.port();
        if (connection.hasUnsent(http2)
                && still >= port.context().limits().http().writeTimeout().toNanos()) {
            port.refusals().count(Violation.ANSWER_TIME, "the answer was not taken in time", remoteAddress());
            connection.reset(http2.id(), Http2Error.CANCEL);
            return;
        }
        if (still < timeLimit(current).toNanos()) {
            return;
        }
        if (current == null) {
            connection.reset(http2.id(), Http2Error.CANCEL);
        } else {
            boolean slowCaller = !requestEnded && current.takesMore();
            current.abandon(slowCaller ? Problem.REQUEST_TIMEOUT : Problem.TARGET_TIMEOUT);
        }
    }

    private Duration timeLimit(@Nullable CallerExchange current) {
        CallLimits limits = connection.port().context().limits();
        if (current == null || !current.isAnswering() && !requestEnded && current.takesMore()) {
            return limits.idleTimeout();
        }
        return current.isAnswering() ? limits.tcpIdleTimeout() : limits.responseTimeout();
    }

    private void giveWindow() {
        CallerExchange to = exchange;
        if (unconsumed > 0 && (to == null || to.takesMore())) {
            int bytes = unconsumed;
            unconsumed = 0;
            connection.consume(http2, bytes);
        }
    }

    // ---- the answer

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
        settle();
        source = stream;
    }

    @Override
    public void owe(int bytes) {
        owed += bytes;
    }

    @Override
    public boolean writeInterim(ResponseHead interim) {
        if (interim.status() == 101) {
            throw new Malformed(Reason.INVALID_VALUE, "switch of protocols that nobody asked for");
        }
        connection.writeHeaders(http2.id(), headers(interim), false);
        return true;
    }

    @Override
    public void writeHead(ResponseHead answer) {
        boolean bodiless = toHead || answer.status() == 204 || answer.status() == 304;
        left = bodiless ? 0 : contentLength(answer.fields());
        head = headers(answer);
        headHeld = grpc && answer.fields().get(GrpcAnswer.STATUS) != null;
        connection.flushSoon(this);
    }

    /// In HTTP/2 an open WebSocket is an answer of 200, and there is no key to answer for (RFC 8441 §5).
    @Override
    public CallerSide switchProtocols(ResponseHead answer, CallerExchange by) {
        Fields fields = new Fields();
        for (int i = 0; i < answer.fields().size(); i++) {
            if (!WebSocket.ACCEPT.contentEqualsIgnoreCase(answer.fields().name(i))) {
                fields.add(answer.fields().name(i), answer.fields().value(i));
            }
        }
        writeHead(new ResponseHead(answer.version(), 200, "", fields));
        left = -1;
        return this;
    }

    @Override
    public void writeBody(ByteBuf piece) {
        int length = piece.readableBytes();
        if (left >= 0 && length > left) {
            piece.release();
            throw new Malformed(Reason.INVALID_VALUE, "more body than the head allows");
        }
        left -= left < 0 ? 0 : length;
        writePending(false);
        data = piece;
        connection.flushSoon(this);
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        if (left > 0) {
            throw new Malformed(Reason.TRUNCATED, "body");
        }
        answered = true;
        if (trailers == null) {
            writePending(true);
        } else {
            List<AsciiString> fields = new ArrayList<>(2 * trailers.size());
            Http2Fields.writeTrailers(trailers, fields);
            writeTrailers(fields);
        }
        connection.flushSoon(this);
    }

    @Override
    public void onProgress() {
        movedNanos = connection.now();
        giveWindow();
        settle();
    }

    @Override
    public void onRequestUnwanted() {
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
        answer(problem, requestId);
        giveWindow();
    }

    @Override
    public void onExchangeCutOff(Problem problem) {
        exchange = null;
        data = drop(data);
        if (grpc && !answered && headWritten) {
            answered = true;
            writeTrailers(GrpcAnswer.trailers(problem));
            connection.flushSoon(this);
        } else {
            connection.reset(http2.id(), errorOf(problem));
        }
    }

    /// Writes a whole answer of the bridge's own.
    void answer(Problem problem, CharSequence requestId) {
        answered = true;
        if (grpc) {
            List<AsciiString> fields = new ArrayList<>(
                    GrpcAnswer.onlyTrailers(connection.port().context().cluster(), problem));
            connection.writeHeaders(http2.id(), withStatus(200, fields), true).addListener(written -> onEndWritten());
        } else {
            ProblemAnswer answer = ProblemAnswer.of(
                    connection.port().context().cluster(), connection.port().service(), problem, requestId);
            connection.writeHeaders(http2.id(), headers(answer.head()), toHead);
            if (!toHead) {
                connection
                        .writeData(http2.id(), Unpooled.wrappedBuffer(answer.body()), true)
                        .addListener(written -> onEndWritten());
            }
        }
        connection.flushSoon(this);
    }

    /// The end of this event-loop turn: what waits goes out.
    void flush() {
        CallerExchange to = exchange;
        if (to != null) {
            to.flushRequest();
        }
        if (!headHeld) {
            writePending(false);
        }
        settle();
    }

    private void writePending(boolean end) {
        Http2Headers waitingHead = head;
        ByteBuf waitingData = data;
        head = null;
        data = null;
        if (waitingHead != null) {
            boolean endsWithHead = end && waitingData == null;
            headWritten = true;
            headHeld = false;
            ChannelFuture written = connection.writeHeaders(http2.id(), waitingHead, endsWithHead);
            if (endsWithHead) {
                written.addListener(done -> onEndWritten());
                return;
            }
        }
        if (waitingData != null || end) {
            writeData(waitingData == null ? Unpooled.EMPTY_BUFFER : waitingData, end);
        }
    }

    private void writeData(ByteBuf piece, boolean end) {
        int length = piece.readableBytes();
        Stream from = source;
        owed -= length;
        connection.writeData(http2.id(), piece, end).addListener(written -> {
            if (from != null && length > 0) {
                from.consumed(length);
            }
            if (end) {
                onEndWritten();
            }
        });
    }

    private void writeTrailers(List<AsciiString> fields) {
        writePending(false);
        connection
                .writeHeaders(
                        http2.id(), ReadOnlyHttp2Headers.trailers(false, fields.toArray(AsciiString[]::new)), true)
                .addListener(written -> onEndWritten());
    }

    private void onEndWritten() {
        endWritten = true;
        stopRequest();
    }

    /// After the answer's end: tells a caller that still sends to stop, which is no error (RFC 9113 §8.1).
    private void stopRequest() {
        if (endWritten && !requestEnded && exchange == null) {
            connection.reset(http2.id(), Http2Error.NO_ERROR);
        }
    }

    /// Gives credit for what was taken and is not on its way to the socket: the frames around bodies.
    private void settle() {
        Stream from = source;
        ByteBuf waiting = data;
        int done = owed - (waiting == null ? 0 : waiting.readableBytes());
        if (from != null && done > 0) {
            owed -= done;
            from.consumed(done);
        }
    }

    private void dropPending() {
        head = null;
        data = drop(data);
    }

    private static @Nullable ByteBuf drop(@Nullable ByteBuf waiting) {
        if (waiting != null) {
            waiting.release();
        }
        return null;
    }

    private static Http2Headers headers(ResponseHead head) {
        List<AsciiString> fields = new ArrayList<>(2 * head.fields().size());
        Http2Fields.write(head.fields(), fields);
        return withStatus(head.status(), fields);
    }

    private static Http2Headers withStatus(int status, List<AsciiString> fields) {
        AsciiString text = status == 200 ? OK : AsciiString.of(Integer.toString(status));
        return ReadOnlyHttp2Headers.serverHeaders(false, text, fields.toArray(AsciiString[]::new));
    }

    private static long contentLength(Fields fields) {
        CharSequence length = fields.get("content-length");
        if (length == null) {
            return -1;
        }
        AsciiString digits = AsciiString.of(length);
        if (!Grammar.isLength(digits)) {
            throw new Malformed(Reason.INVALID_VALUE, "Content-Length");
        }
        return digits.parseLong();
    }

    private static Http2Error errorOf(Problem problem) {
        return switch (problem) {
            case TARGET_CANCELLED -> Http2Error.CANCEL;
            case TARGET_BUSY -> Http2Error.ENHANCE_YOUR_CALM;
            default -> Http2Error.INTERNAL_ERROR;
        };
    }
}
