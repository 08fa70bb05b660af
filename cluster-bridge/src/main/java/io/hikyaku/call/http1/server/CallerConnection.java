package io.hikyaku.call.http1.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.CallerExchange;
import io.hikyaku.call.exchange.CallerTie;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.ProblemResponse;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Provenance;
import io.hikyaku.call.http1.BodyReader;
import io.hikyaku.call.http1.HeadFinder;
import io.hikyaku.call.http1.HeadWriter;
import io.hikyaku.call.observe.RequestIds;
import io.hikyaku.call.socket.HalfClosed;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.loop.Deadline;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A caller's connection: reads its requests one after the other and serves each by a [CallerExchange].
///
/// ```
///        head complete            request complete
/// HEAD ───────────────▶ BODY ───────────────────────▶ ANSWERING
///  ▲  └──────────── no body ─────────────────────────────▲  │
///  └──────────────────── response complete, kept alive ───────┘
/// any ── refused, or answered before the request was complete ──▶ LEAVING ── closed by the caller, or in time ──▶ gone
/// ```
///
/// A caller that ends its half of the connection gets the responses to its complete requests, and then the end. One
/// that has closed the connection altogether looks the same until it is written to, or its system is asked.
public final class CallerConnection extends ChannelInboundHandlerAdapter {
    /// Bytes of requests that wait for their turn; above this nothing more is read.
    private static final int MAX_WAITING_BYTES = 16 * 1024;

    /// How long bytes that nobody wants are read, so that the response is not lost to a reset.
    private static final Duration LEAVE_TIME = Duration.ofSeconds(2);

    /// For a request that was not understood.
    private static final HeadWriter.ToCaller UNREAD = new HeadWriter.ToCaller(Version.HTTP_1_1, false, false);

    private static final Logger LOG = LoggerFactory.getLogger(CallerConnection.class);

    private enum Phase {
        HEAD,
        BODY,
        ANSWERING,
        LEAVING
    }

    private final HttpPort port;
    private final Channel channel;
    private final SocketOutput out;
    private final HeadFinder heads;
    private final BodyReader body;
    private final Provenance provenance;
    private final Deadline deadline;
    private final CallerTie tie = new CallerTie();
    private Phase phase = Phase.HEAD;
    private @Nullable ByteBuf input;
    private @Nullable CallerExchange exchange;
    private boolean bodyWanted;
    private boolean advancing;
    private boolean draining;
    private boolean inputEnded;

    public CallerConnection(HttpPort port, Channel channel) {
        CallLimits limits = port.context().limits();
        this.port = port;
        this.channel = channel;
        this.out = new SocketOutput(channel);
        this.heads = HeadFinder.ofHeads(
                limits.maxRequestLineSize().toInt(), limits.maxHeaderSize().toInt());
        this.body = new BodyReader(limits.maxHeaderSize().toInt());
        this.provenance = port.forwarding().from(channel.remoteAddress());
        this.deadline = new Deadline(channel.eventLoop(), this::onDeadline);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        deadline.set(limits.idleTimeout());
    }

    /// Turns away a connection above a cap, and closes it.
    ///
    /// @param cap which one
    public static void turnAway(HttpPort port, Channel socket, Violation cap) {
        port.refusals().count(cap, "too many connections", socket.remoteAddress());
        ByteBuf response = socket.alloc().buffer(1024);
        writeProblem(response, port, cap.problem(), RequestIds.next(), UNREAD);
        // The socket becomes active after this: only then can it be written to.
        socket.eventLoop().execute(() -> socket.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE));
    }

    Channel channel() {
        return channel;
    }

    SocketOutput out() {
        return out;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (phase == Phase.LEAVING) {
            data.release();
            return;
        }
        input = input == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), input, data);
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        CallerExchange current = exchange;
        if (current != null) {
            current.flushRequest();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        advance();
        updateReading();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SocketService.Draining) {
            draining = true;
            if (phase == Phase.HEAD && !heads.isWithin()) {
                channel.close();
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            onInputEnd();
        }
    }

    /// The caller will send no more.
    private void onInputEnd() {
        inputEnded = true;
        HalfClosed.watch(channel);
        switch (phase) {
            case BODY -> channel.close(); // an incomplete request is withdrawn
            case ANSWERING -> {}
            case LEAVING -> out.closeAfterWrites();
            case HEAD -> closeIfDone();
        }
    }

    /// The responses to all complete requests are written.
    private void closeIfDone() {
        if (inputEnded && phase == Phase.HEAD && channel.isWritable()) {
            toLeaving();
            out.closeAfterWrites();
            deadline.set(port.context().limits().http().writeTimeout());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        CallerExchange current = exchange;
        exchange = null;
        if (current != null) {
            current.cancel();
        }
        toLeaving();
        out.drop();
        deadline.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("Caller's connection broke: {}", cause.getMessage());
        } else {
            LOG.error("Serving a call to {} failed", port.service(), cause);
        }
        out.abort();
    }

    /// Whether no request may follow: the bridge is about to stop, or the caller has sent its last one.
    boolean isLast() {
        return draining || inputEnded && input == null;
    }

    /// Whether more of the current request's body is wanted now.
    void setReading(boolean wanted) {
        bodyWanted = wanted;
        onProgress();
    }

    /// Part of the current exchange has moved on.
    void onProgress() {
        CallerExchange current = exchange;
        CallLimits limits = port.context().limits();
        if (current == null) {
            return;
        }
        if (current.hasResponseBegun()) {
            deadline.set(limits.tcpIdleTimeout());
        } else if (phase == Phase.BODY && bodyWanted) {
            deadline.set(limits.idleTimeout());
        } else {
            deadline.set(limits.responseTimeout());
        }
        updateReading();
    }

    /// The response is complete, and nothing more of the request is wanted.
    ///
    /// @param keepAlive whether another request may follow
    void onExchangeEnd(boolean keepAlive) {
        exchange = null;
        out.from(null);
        if (phase != Phase.ANSWERING || !keepAlive) {
            leave();
            return;
        }
        phase = Phase.HEAD;
        deadline.set(port.context().limits().idleTimeout());
        advance();
        updateReading();
    }

    /// A WebSocket is open: replaces this handler by the tunnel, and gives it the bytes that came early.
    CallerTunnel toTunnel(CallerExchange current) {
        CallerTunnel tunnel =
                new CallerTunnel(channel, out, current, port.context().limits().tcpIdleTimeout());
        ByteBuf early = input;
        input = null;
        exchange = null;
        deadline.close();
        channel.pipeline().replace(this, null, tunnel.splice());
        if (early != null) {
            channel.pipeline().fireChannelRead(early);
        }
        channel.eventLoop().execute(() -> {
            tunnel.begin();
            if (channel.isOpen() && !inputEnded) {
                tunnel.setReading(true);
            }
            if (inputEnded) {
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
        });
        return tunnel;
    }

    /// Whether another request may follow the one that is being answered.
    boolean mayStay() {
        return phase == Phase.ANSWERING && !isLast();
    }

    /// The call failed after the response had begun: the caller must not take it for complete.
    void onExchangeCutOff() {
        exchange = null;
        toLeaving();
        out.abort();
    }

    private void advance() {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (input != null && step(input)) {
                releaseReadInput();
            }
        } catch (BadMessage rejected) {
            onRejected(rejected);
        } finally {
            advancing = false;
            releaseReadInput();
        }
        closeIfDone();
    }

    private boolean step(ByteBuf in) {
        return switch (phase) {
            case HEAD -> channel.isWritable() && readHead(in);
            case BODY -> readBody(in);
            case ANSWERING -> {
                updateReading();
                yield false;
            }
            case LEAVING -> {
                in.skipBytes(in.readableBytes());
                yield false;
            }
        };
    }

    private boolean readHead(ByteBuf in) {
        boolean fresh = !heads.isWithin();
        int length = heads.find(in);
        if (length < 0) {
            if (fresh) {
                deadline.set(port.context().limits().headerTimeout());
            }
            return false;
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        Http1Request request = Http1Request.read(bytes, provenance);
        CallerExchange next = new CallerExchange(new CallerResponse(this, request), port, request.request(), tie);
        exchange = next;
        bodyWanted = false;
        if (request.contentLength() != 0) {
            body.start(request.framing());
            phase = Phase.BODY;
        } else {
            phase = Phase.ANSWERING;
            if (!request.webSocket()) {
                next.onRequestEnd(null);
            }
        }
        next.start();
        onProgress();
        return true;
    }

    private boolean readBody(ByteBuf in) {
        CallerExchange current = exchange;
        if (current == null) {
            throw new IllegalStateException("A body without its exchange");
        }
        body.read(in, current::onRequestBody);
        if (phase != Phase.BODY) {
            return false;
        }
        if (body.isDone()) {
            phase = Phase.ANSWERING;
            current.onRequestEnd(body.trailers());
        }
        onProgress();
        return body.isDone();
    }

    private void onRejected(BadMessage rejected) {
        port.refusals().count(rejected.violation(), String.valueOf(rejected.getMessage()), channel.remoteAddress());
        CallerExchange current = exchange;
        if (current == null) {
            answer(rejected.problem(), port.calls().refused(rejected.problem()), UNREAD);
            leave();
        } else {
            current.abandon(rejected.problem());
        }
    }

    private void onDeadline() {
        CallerExchange current = exchange;
        if (current != null) {
            onLate(current);
        } else if (phase == Phase.HEAD && heads.isWithin()) {
            onRejected(new BadMessage(Violation.HEAD_TIME, "no complete head in time"));
        } else {
            channel.close();
        }
    }

    private void onLate(CallerExchange current) {
        if (phase == Phase.BODY && bodyWanted) {
            onRejected(new BadMessage(Violation.BODY_TIME, "no more of the body in time"));
        } else {
            current.abandon(Problem.TARGET_TIMEOUT);
        }
    }

    /// Writes a whole response of the bridge's own.
    void answer(Problem problem, CharSequence requestId, HeadWriter.ToCaller caller) {
        writeProblem(out.room(1024), port, problem, requestId, caller);
    }

    private static void writeProblem(
            ByteBuf room, HttpPort port, Problem problem, CharSequence requestId, HeadWriter.ToCaller caller) {
        ProblemResponse response = ProblemResponse.of(port.context().cluster(), port.service(), problem, requestId);
        HeadWriter.writeResponse(room, response.head(), caller);
        if (!caller.toHead()) {
            room.writeBytes(response.body());
        }
    }

    /// Sends what was written and the end, and reads on for a while: closing at once would send a reset if there
    /// are unread bytes, and the caller could lose the response because of it.
    private void leave() {
        boolean complete = phase == Phase.ANSWERING && input == null;
        toLeaving();
        if (complete || inputEnded) {
            out.closeAfterWrites();
            deadline.set(port.context().limits().http().writeTimeout());
        } else {
            out.shutDownAfterWrites();
            deadline.set(LEAVE_TIME);
            updateReading();
        }
    }

    private void toLeaving() {
        phase = Phase.LEAVING;
        if (input != null && !advancing) {
            input.release();
            input = null;
        }
    }

    private void updateReading() {
        boolean wanted = switch (phase) {
            case HEAD -> channel.isWritable();
            case LEAVING -> true;
            case BODY -> exchange != null && bodyWanted;
            case ANSWERING -> input == null || input.readableBytes() < MAX_WAITING_BYTES;
        };
        if (channel.isOpen() && !inputEnded && wanted != channel.config().isAutoRead()) {
            channel.config().setAutoRead(wanted);
        }
    }

    private void releaseReadInput() {
        ByteBuf in = input;
        if (in != null && (!in.isReadable() || phase == Phase.LEAVING)) {
            input = null;
            in.release();
        }
    }
}
