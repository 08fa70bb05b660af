package io.hikyaku.call.http2;

import io.hikyaku.call.Problem;
import io.hikyaku.call.SocketOutput;
import io.hikyaku.call.SocketService;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.exchange.Provenance;
import io.hikyaku.call.exchange.Rejected;
import io.hikyaku.call.exchange.Request;
import io.hikyaku.config.CallLimits;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
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
    /// What one stream, and all of a connection, may send before the exporter's bridge takes it.
    private static final int STREAM_WINDOW = 256 * 1024;

    private static final int CONNECTION_WINDOW = 1024 * 1024;

    /// Streams that a caller may reset, or make us reset, within the time: CVE-2023-44487, CVE-2025-8671.
    private static final int MAX_RESETS = 200;

    private static final int RESETS_SECONDS = 30;
    /// CVE-2026-33871.
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private static final int MAX_EMPTY_DATA = 8;
    /// Before stream ids run out.
    private static final int LAST_STREAM_ID = 1 << 30;

    /// For a PING's answer to come, between the two GOAWAYs of RFC 9113 §6.8.
    private static final Duration DRAIN_NOTICE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CallerHttp2Connection.class);

    private final HttpPort port;
    private final EventLoop loop;
    private final Provenance provenance;
    private final Http2Connection.PropertyKey key;
    private final FrameBudget budget;
    private final List<CallerHttp2Stream> toFlush = new ArrayList<>();
    private final Runnable flushTask = this::flushAll;
    private final Duration tick;
    private @Nullable ChannelHandlerContext context;
    private boolean flushing;
    private boolean draining;
    private long idleSinceNanos;
    private long readNanos;

    private CallerHttp2Connection(
            HttpPort port,
            EventLoop loop,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Provenance provenance) {
        super(decoder, encoder, settings);
        this.port = port;
        this.provenance = provenance;
        this.loop = loop;
        this.key = connection().newKey();
        this.budget = new FrameBudget();
        this.tick = tickOf(port.context().limits());
        this.idleSinceNanos = now();
        this.readNanos = now();
        decoder.frameListener(new Frames());
        connection().addListener(new Streams());
        gracefulShutdownTimeoutMillis(Long.MAX_VALUE / 2); // the listener ends what the drain timeout leaves
    }

    /// Serves a connection whose preface may have been read.
    public static CallerHttp2Connection of(HttpPort port, Channel channel) {
        return new Builder(port, channel).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<CallerHttp2Connection, Builder> {
        private final HttpPort port;
        private final Channel channel;

        Builder(HttpPort port, Channel channel) {
            this.port = port;
            this.channel = channel;
            CallLimits limits = port.context().limits();
            server(true);
            initialSettings(new Http2Settings()
                    .maxConcurrentStreams(limits.http().maxStreams())
                    .connectProtocolEnabled(true)
                    .initialWindowSize(STREAM_WINDOW)
                    .maxHeaderListSize(limits.maxHeaderSize().bytes()));
            validateHeaders(true);
            decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
            decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS);
        }

        @Override
        protected CallerHttp2Connection build() {
            return super.build();
        }

        @Override
        protected CallerHttp2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Provenance provenance = port.forwarding().from(channel.remoteAddress());
            return new CallerHttp2Connection(port, channel.eventLoop(), decoder, encoder, settings, provenance);
        }
    }

    // ---- what streams ask for

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
        if (http2 == null) {
            LOG.error("Serving calls to {} failed", port.service(), cause);
        } else {
            LOG.debug("Closing a caller's connection to {}: {}", port.service(), http2.error());
        }
        super.onConnectionError(from, outbound, cause, http2);
    }

    /// Says that no new streams are taken, waits for those under way to come, and lets those here end (RFC 9113
    /// §6.8).
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        goAway(
                context(),
                Integer.MAX_VALUE,
                Http2Error.NO_ERROR.code(),
                Unpooled.EMPTY_BUFFER,
                context().newPromise());
        encoder().writePing(context(), false, 0, context().newPromise());
        flushSoon(null);
        loop.schedule(this::closeWhenDone, DRAIN_NOTICE.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// The handler closes once no stream is open.
    private void closeWhenDone() {
        ChannelHandlerContext open = context;
        if (open != null && open.channel().isActive()) {
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
            List<CallerHttp2Stream> open = openStreams();
            open.forEach(stream -> stream.checkTime(now));
        } else if (now - idleSinceNanos > limits.idleTimeout().toNanos()) {
            closeWhenDone();
        } else if (isWithinHead() && now - readNanos > limits.headerTimeout().toNanos()) {
            SocketOutput.abort(context().channel());
        }
        budget.refill();
        scheduleTick();
    }

    private List<CallerHttp2Stream> openStreams() {
        List<CallerHttp2Stream> open = new ArrayList<>(connection().numActiveStreams());
        try {
            connection().forEachActiveStream(http2 -> {
                CallerHttp2Stream stream = http2.getProperty(key);
                if (stream != null) {
                    open.add(stream);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return open;
    }

    /// Whether bytes came that do not make a frame yet.
    private boolean isWithinHead() {
        return actualReadableBytes() > 0;
    }

    private static Duration tickOf(CallLimits limits) {
        long least = Math.min(
                limits.headerTimeout().toMillis(),
                Math.min(
                        limits.idleTimeout().toMillis(),
                        limits.responseTimeout().toMillis()));
        return Duration.ofMillis(Math.clamp(least / 4, 10, 1000));
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream http2) {
            CallerHttp2Stream stream = http2.getProperty(key);
            if (stream != null) {
                stream.onClosed();
            }
        }
    }

    // ---- what the caller sends

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext from,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(from, id, headers, padding, end);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext from, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            Http2Stream http2 = connection().stream(id);
            if (http2 == null) {
                return;
            }
            budget.onUseful();
            CallerHttp2Stream known = http2.getProperty(key);
            try {
                if (known == null) {
                    onRequest(http2, headers, end);
                } else if (end) {
                    Fields trailers = Http2Fields.readTrailers(headers);
                    known.onRequestEnd(trailers.size() == 0 ? null : trailers);
                } else {
                    throw new Rejected(Violation.FRAMING, "trailers without the end");
                }
            } catch (Rejected rejected) {
                onRejected(http2, known, rejected, end);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext from, int id, ByteBuf data, int padding, boolean end) {
            Http2Stream http2 = connection().stream(id);
            CallerHttp2Stream stream = http2 == null ? null : http2.getProperty(key);
            if (stream == null) {
                return data.readableBytes() + padding;
            }
            if (data.isReadable()) {
                budget.onUseful();
            }
            stream.onData(data.retain(), end);
            return padding;
        }

        @Override
        public void onPingRead(ChannelHandlerContext from, long data) throws Http2Exception {
            budget.spend();
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext from, Http2Settings settings) throws Http2Exception {
            budget.spend();
        }

        @Override
        public void onPriorityRead(ChannelHandlerContext from, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            budget.spend();
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext from, int id, int increment) throws Http2Exception {
            budget.spend();
        }

        private void onRequest(Http2Stream http2, Http2Headers headers, boolean end) {
            CallLimits limits = port.context().limits();
            Request request = RequestHeads.read(
                    headers, !end, provenance, limits.maxRequestLineSize().toInt());
            CallerHttp2Stream stream = new CallerHttp2Stream(CallerHttp2Connection.this, http2, request, end);
            http2.setProperty(key, stream);
            stream.start(request);
            flushSoon(stream);
            if (http2.id() >= LAST_STREAM_ID) {
                drain();
            }
        }

        private void onRejected(Http2Stream http2, @Nullable CallerHttp2Stream known, Rejected rejected, boolean end)
                throws Http2Exception {
            port.refusals()
                    .count(
                            rejected.violation(),
                            String.valueOf(rejected.getMessage()),
                            context().channel().remoteAddress());
            CharSequence requestId = known == null ? port.calls().refused(rejected.problem()) : "";
            if (known != null || rejected.problem() == Problem.BAD_REQUEST) {
                throw Http2Exception.streamError(http2.id(), Http2Error.PROTOCOL_ERROR, "%s", rejected.getMessage());
            }
            CallerHttp2Stream refused = new CallerHttp2Stream(CallerHttp2Connection.this, http2, null, end);
            http2.setProperty(key, refused);
            refused.answer(rejected.problem(), requestId);
        }
    }
}
