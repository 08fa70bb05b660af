package io.hikyaku.call.http2.server;

import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.field.Provenance;
import io.hikyaku.call.http2.Http2Codec;
import io.hikyaku.call.http2.Http2Multiplex;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.loop.Guarded;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A caller's connection in HTTP/2: each of its streams is a call of its own ([CallerHttp2Stream]).
public final class CallerHttp2Connection extends Http2Multiplex<CallerHttp2Stream> {
    /// What all streams of a connection together may have in flight to us. It holds back no stream, since what
    /// arrives counts against the stream's own window alone ([RequestWindow]).
    private static final int CONNECTION_WINDOW = 1024 * 1024;

    /// For a PING's answer to come, between the two GOAWAYs of RFC 9113 §6.8.
    private static final Duration DRAIN_NOTICE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CallerHttp2Connection.class);

    private final HttpPort port;
    private final Provenance provenance;
    private final Duration tick;
    private final ResetBudget resets;
    private int cancelling;
    private boolean draining;
    private boolean counted;
    private long idleSinceNanos;

    CallerHttp2Connection(HttpPort port, EventLoop loop, Provenance provenance, Http2Codec codec) {
        super(loop, CONNECTION_WINDOW, codec);
        this.port = port;
        this.provenance = provenance;
        this.tick = tickOf(port.context().limits());
        this.idleSinceNanos = now();
        this.resets = new ResetBudget(CallerHttp2Codec.MAX_RESETS, CallerHttp2Codec.RESETS_SECONDS, now());
        codec.decoder().frameListener(new CallerFrames(this));
        gracefulShutdownTimeoutMillis(Long.MAX_VALUE / 2); // the listener ends what is left after the drain timeout
    }

    /// Serves a connection whose preface may have been read.
    public static CallerHttp2Connection of(HttpPort port, Channel channel) {
        return new CallerHttp2Codec(port, channel).build();
    }

    // ---- what streams ask for

    /// Where requests of this connection come from.
    Provenance provenance() {
        return provenance;
    }

    SocketAddress remoteAddress() {
        return context().channel().remoteAddress();
    }

    HttpPort port() {
        return port;
    }

    ResetBudget resets() {
        return resets;
    }

    /// @throws Http2Exception if there is no place for this stream, which is among those that are open
    void requirePlace(int id) throws Http2Exception {
        int max = port.context().limits().http().maxStreams();
        if (connection().numActiveStreams() + cancelling > max) {
            throw Http2Exception.streamError(
                    id, Http2Error.REFUSED_STREAM, "%d streams, %d of them being cancelled", max, cancelling);
        }
    }

    /// A stream that keeps its place ([StreamPlace]) is gone.
    void keepPlace() {
        cancelling++;
    }

    /// Its call has ended over there too.
    void leavePlace() {
        cancelling--;
    }

    /// Whether something written to the stream waits for the caller to take it.
    boolean hasUnsent(Http2Stream stream) {
        return encoder().flowController().hasFlowControlled(stream);
    }

    /// At the end of this event-loop turn the stream's [CallerHttp2Stream#onTurnEnd] is called, and what was
    /// written leaves.
    void flushSoon(CallerHttp2Stream stream) {
        due(stream);
        flushSoon();
    }

    @Override
    protected void beforeFlush() {
        endTurns();
    }

    // ---- the connection

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        super.handlerAdded(added);
        scheduleTick();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) throws Exception {
        if (event instanceof SocketService.Draining) {
            drain();
        } else {
            super.userEventTriggered(from, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            LOG.debug("Caller's connection broke: {}", cause.getMessage());
            SocketOutput.abort(from.channel());
        } else {
            super.exceptionCaught(from, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext from, boolean outbound, Throwable cause, @Nullable Http2Exception http2) {
        if (cause instanceof IOException) {
            LOG.debug("Caller's connection broke: {}", cause.getMessage());
        } else if (http2 == null) {
            LOG.error("Serving calls to {} failed", port.service(), cause);
        } else {
            count(outbound, http2.error(), "ends the connection");
        }
        super.onConnectionError(from, outbound, cause, http2);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext from, boolean outbound, Throwable cause, Http2Exception.StreamException http2) {
        if (!counted) {
            count(outbound, http2.error(), "resets the stream");
        }
        counted = false;
        if (outbound || resets.spend(now())) {
            super.onStreamError(from, outbound, cause, http2);
        } else {
            onError(from, false, ResetBudget.tooMany());
        }
    }

    private void count(boolean outbound, Http2Error error, String what) {
        Violation violation = switch (error) {
            case ENHANCE_YOUR_CALM -> Violation.HTTP2_FLOOD;
            case FLOW_CONTROL_ERROR -> Violation.HTTP2_WINDOW;
            case COMPRESSION_ERROR -> Violation.HTTP2_COMPRESSION;
            case REFUSED_STREAM -> Violation.HTTP2_STREAMS;
            default -> Violation.HTTP2_FRAME;
        };
        if (!outbound) {
            port.refusals().count(violation, what, remoteAddress());
        }
    }

    /// The stream error that follows has been counted already.
    void onCounted() {
        counted = true;
    }

    /// Says that no new streams are taken, waits for those in flight to arrive, and lets those here end
    /// (RFC 9113 §6.8).
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        sayGoAway(Integer.MAX_VALUE);
        encoder().writePing(context(), false, 0, context().newPromise());
        flushSoon();
        loop().schedule(this::closeWhenDone, DRAIN_NOTICE.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sayGoAway(int lastStream) {
        goAway(
                context(),
                lastStream,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
    }

    /// Takes no more streams; the handler closes the connection once none is open.
    private void closeWhenDone() {
        if (context().channel().isActive()) {
            sayGoAway(connection().remote().lastStreamCreated());
            flushSoon();
            context().channel().close();
        }
    }

    private void scheduleTick() {
        loop().schedule(Guarded.of("a caller's connection", this::onTick), tick.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void onTick() {
        if (!context().channel().isActive()) {
            return;
        }
        scheduleTick();
        long now = now();
        CallLimits limits = port.context().limits();
        if (connection().numActiveStreams() > 0) {
            idleSinceNanos = now;
            streams().forEach(stream -> stream.checkTime(now));
        } else if (now - idleSinceNanos > limits.idleTimeout().toNanos()) {
            closeWhenDone();
        } else if (isWithinHead() && now - readNanos() > limits.headerTimeout().toNanos()) {
            SocketOutput.abort(context().channel());
        }
    }

    /// Whether bytes came that do not make a frame yet.
    private boolean isWithinHead() {
        return actualReadableBytes() > 0;
    }

    private static Duration tickOf(CallLimits limits) {
        Duration least = Collections.min(List.of(
                limits.headerTimeout(), limits.idleTimeout(), limits.http().writeTimeout(), limits.responseTimeout()));
        return Duration.ofMillis(Math.clamp(least.toMillis() / 4, 10, 1000));
    }
}
