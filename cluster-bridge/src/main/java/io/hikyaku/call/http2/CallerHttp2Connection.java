package io.hikyaku.call.http2;

import io.hikyaku.call.SocketOutput;
import io.hikyaku.call.SocketService;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.exchange.Provenance;
import io.hikyaku.config.CallLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A caller's connection in HTTP/2: each of its streams is a call of its own ([CallerHttp2Stream]). What is written in
/// one event-loop turn leaves in one flush at its end.
public final class CallerHttp2Connection extends Http2ConnectionHandler {
    /// What all streams of a connection may send before the exporters' bridges take it.
    private static final int CONNECTION_WINDOW = 1024 * 1024;

    /// For a PING's answer to come, between the two GOAWAYs of RFC 9113 §6.8.
    private static final Duration DRAIN_NOTICE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CallerHttp2Connection.class);

    private final HttpPort port;
    private final EventLoop loop;
    private final Provenance provenance;
    private final Http2Connection.PropertyKey key;
    private final CallerFrames frames;
    private final OpenedStreams opened;
    private final List<CallerHttp2Stream> toFlush = new ArrayList<>();
    private final Runnable flushTask = this::flushAll;
    private final Duration tick;
    private final ResetBudget resets;
    private @Nullable ChannelHandlerContext context;
    private boolean flushing;
    private boolean draining;
    private boolean counted;
    private long idleSinceNanos;
    private long readNanos;

    CallerHttp2Connection(
            HttpPort port,
            EventLoop loop,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Provenance provenance,
            OpenedStreams opened) {
        super(decoder, encoder, settings);
        this.port = port;
        this.provenance = provenance;
        this.loop = loop;
        this.key = connection().newKey();
        this.opened = opened;
        this.tick = tickOf(port.context().limits());
        this.idleSinceNanos = now();
        this.readNanos = now();
        this.resets = new ResetBudget(CallerHttp2Codec.MAX_RESETS, CallerHttp2Codec.RESETS_SECONDS, now());
        this.frames = new CallerFrames(this);
        decoder.frameListener(frames);
        connection().addListener(new Streams());
        gracefulShutdownTimeoutMillis(Long.MAX_VALUE / 2); // the listener ends what the drain timeout leaves
    }

    /// Serves a connection whose preface may have been read.
    public static CallerHttp2Connection of(HttpPort port, Channel channel) {
        return new CallerHttp2Codec(port, channel).build();
    }

    // ---- what streams ask for

    @Nullable
    CallerHttp2Stream streamOf(Http2Stream http2) {
        return http2.getProperty(key);
    }

    void serve(Http2Stream http2, CallerHttp2Stream stream) {
        http2.setProperty(key, stream);
    }

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

    EventLoop loop() {
        return loop;
    }

    ByteBufAllocator allocator() {
        return context().alloc();
    }

    long now() {
        return loop.ticker().nanoTime();
    }

    ChannelFuture writeHeaders(int stream, Http2Headers headers, boolean end) {
        return encoder()
                .writeHeaders(context(), stream, headers, 0, end, context().newPromise());
    }

    /// Takes ownership; the future is done when the bytes are written to the socket.
    ChannelFuture writeData(int stream, ByteBuf data, boolean end) {
        return encoder().writeData(context(), stream, data, 0, end, context().newPromise());
    }

    void reset(int stream, Http2Error error) {
        resetStream(context(), stream, error.code(), context().newPromise());
        flushSoon(null);
    }

    /// Whether something written to the stream waits for the caller to take it.
    boolean hasUnsent(Http2Stream stream) {
        return encoder().flowController().hasFlowControlled(stream);
    }

    /// Gives the caller window for what was taken.
    void consume(Http2Stream stream, int bytes) {
        try {
            if (bytes > 0 && decoder().flowController().consumeBytes(stream, bytes)) {
                flushSoon(null);
            }
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
    }

    /// At the end of this event-loop turn what was written leaves, and the stream's [CallerHttp2Stream#flush] is
    /// called.
    void flushSoon(@Nullable CallerHttp2Stream stream) {
        if (stream != null) {
            toFlush.add(stream);
        }
        if (!flushing) {
            flushing = true;
            loop.execute(flushTask);
        }
    }

    private void flushAll() {
        flushing = false;
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flush();
        }
        toFlush.clear();
        ChannelHandlerContext to = context;
        if (to != null && to.channel().isActive()) {
            flush(to);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("Not in a pipeline");
        }
        return known;
    }

    // ---- the connection

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        added.channel().config().setWriteBufferWaterMark(SocketOutput.WATER_MARK);
        super.handlerAdded(added);
        Http2Stream all = connection().connectionStream();
        decoder().flowController().incrementWindowSize(all, CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        flushSoon(null);
        scheduleTick();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) throws Exception {
        readNanos = now();
        super.channelRead(from, message);
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
            onError(from, false, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "Too many resets"));
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

    /// Says that no new streams are taken, waits for those under way to come, and lets those here end:
    /// RFC 9113 §6.8.
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        sayGoAway(Integer.MAX_VALUE);
        encoder().writePing(context(), false, 0, context().newPromise());
        flushSoon(null);
        loop.schedule(this::closeWhenDone, DRAIN_NOTICE.toNanos(), TimeUnit.NANOSECONDS);
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
        ChannelHandlerContext open = context;
        if (open != null && open.channel().isActive()) {
            sayGoAway(connection().remote().lastStreamCreated());
            flushSoon(null);
            open.channel().close();
        }
    }

    private void scheduleTick() {
        loop.schedule(this::onTick, tick.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void onTick() {
        if (!context().channel().isActive()) {
            return;
        }
        long now = now();
        CallLimits limits = port.context().limits();
        if (connection().numActiveStreams() > 0) {
            idleSinceNanos = now;
            List<CallerHttp2Stream> open = ActiveStreams.of(connection(), key);
            open.forEach(stream -> stream.checkTime(now));
        } else if (now - idleSinceNanos > limits.idleTimeout().toNanos()) {
            closeWhenDone();
        } else if (isWithinHead() && now - readNanos > limits.headerTimeout().toNanos()) {
            SocketOutput.abort(context().channel());
        }
        frames.refill();
        scheduleTick();
    }

    /// Whether bytes came that do not make a frame yet.
    private boolean isWithinHead() {
        return actualReadableBytes() > 0;
    }

    private static Duration tickOf(CallLimits limits) {
        long least = Math.min(
                limits.headerTimeout().toMillis(),
                Math.min(
                        Math.min(
                                limits.idleTimeout().toMillis(),
                                limits.http().writeTimeout().toMillis()),
                        limits.responseTimeout().toMillis()));
        return Duration.ofMillis(Math.clamp(least / 4, 10, 1000));
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream http2) {
            CallerHttp2Stream stream = streamOf(http2);
            if (stream != null) {
                opened.onClosed(http2.id(), stream.hasRequestEnded());
                stream.onClosed();
            }
        }
    }
}
