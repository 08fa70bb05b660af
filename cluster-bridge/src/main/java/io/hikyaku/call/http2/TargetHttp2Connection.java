package io.hikyaku.call.http2;

import io.hikyaku.call.Deadline;
import io.hikyaku.call.SocketOutput;
import io.hikyaku.call.exchange.Rejected;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.DecoderException;
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
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a target in HTTP/2: each of its streams is an exchange ([TargetHttp2Stream]). It is used once the
/// target has sent its SETTINGS, so that nothing is sent to what speaks no HTTP/2. What is written in one event-loop
/// turn leaves in one flush at its end.
public final class TargetHttp2Connection extends Http2ConnectionHandler {
    /// What a target may send on one stream before the way to its caller takes it. All streams together are bounded
    /// by their number alone, so that slow callers do not hold back the others.
    private static final int STREAM_WINDOW = 256 * 1024;

    private static final int CONNECTION_WINDOW = Integer.MAX_VALUE;
    /// Streams at once, whatever the target allows.
    private static final int MAX_STREAMS = 10_000;
    /// CVE-2026-33871.
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private static final int MAX_EMPTY_DATA = 8;
    /// Before stream ids run out.
    private static final int LAST_STREAM_ID = 1 << 30;

    private static final Logger LOG = LoggerFactory.getLogger(TargetHttp2Connection.class);

    private final Keeper keeper;
    private final Terms terms;
    private final EventLoop loop;
    private final Http2Connection.PropertyKey key;
    private final FrameBudget budget = new FrameBudget();
    private final Deadline life;
    private final Deadline limits;
    private final List<TargetHttp2Stream> toFlush = new ArrayList<>();
    private final Runnable flushTask = this::flushNow;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ResetCode broken;
    private boolean ready;
    private boolean leaving;
    private boolean closed;
    private boolean flushing;
    private boolean limitSet;
    private boolean pinged;
    private boolean refusing;
    private boolean takesWebSockets;
    private int active;
    private int begun;
    private long limitNanos;
    private long readNanos;
    private long idleSinceNanos;

    /// Who keeps connections to one target.
    public interface Keeper {
        /// The target has sent its SETTINGS.
        void onReady(TargetHttp2Connection connection);

        /// The target turned out to be of no use before any exchange began.
        void onUnusable(TargetHttp2Connection connection, ResetCode why);

        /// Another exchange may begin.
        void onRoom();

        /// No other exchange may begin, now or later.
        void forget(TargetHttp2Connection connection);

        /// What a request is to say in `:authority`.
        ///
        /// @param said by its caller
        String authority(String said);

        /// An exchange has left the connection.
        void onFinished();
    }

    /// How a target is spoken to.
    ///
    /// @param scheme `http` or `https`
    /// @param maxHead bytes of a head, or of trailers, as SETTINGS_MAX_HEADER_LIST_SIZE counts them
    /// @param settingsTimeout until the target's SETTINGS come
    /// @param keepIdle how long a connection without exchanges is kept
    /// @param pingAfter a target that is silent for so long during exchanges is asked whether it is there
    /// @param pingPatience how long it may think about it
    public record Terms(
            AsciiString scheme,
            int maxHead,
            Duration settingsTimeout,
            Duration keepIdle,
            Duration pingAfter,
            Duration pingPatience) {}

    private TargetHttp2Connection(
            Keeper keeper,
            Terms terms,
            EventLoop loop,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.keeper = keeper;
        this.terms = terms;
        this.loop = loop;
        this.key = connection().newKey();
        this.life = new Deadline(loop, this::onLife);
        this.limits = new Deadline(loop, this::onLimits);
        this.readNanos = now();
        decoder.frameListener(new Frames());
        connection().addListener(new Streams());
    }

    /// Speaks HTTP/2 on a fresh connection.
    public static TargetHttp2Connection on(Channel channel, Terms terms, Keeper keeper) {
        TargetHttp2Connection connection = new Builder(keeper, terms, channel.eventLoop()).build();
        channel.pipeline().addLast(connection);
        return connection;
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<TargetHttp2Connection, Builder> {
        private final Keeper keeper;
        private final Terms terms;
        private final EventLoop loop;

        Builder(Keeper keeper, Terms terms, EventLoop loop) {
            this.keeper = keeper;
            this.terms = terms;
            this.loop = loop;
            server(false);
            initialSettings(new Http2Settings()
                    .pushEnabled(false)
                    .maxConcurrentStreams(0)
                    .initialWindowSize(STREAM_WINDOW)
                    .maxHeaderListSize(terms.maxHead));
            validateHeaders(true);
            encoderIgnoreMaxHeaderListSize(true); // whether it takes a head is the target's to say, and to answer
            decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
            decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS);
        }

        @Override
        protected TargetHttp2Connection build() {
            return super.build();
        }

        @Override
        protected TargetHttp2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new TargetHttp2Connection(keeper, terms, loop, decoder, encoder, settings);
        }
    }

    // ---- what the keeper asks for

    /// Whether another exchange may begin.
    public boolean hasRoom() {
        return ready && !leaving && active < Math.min(connection().local().maxActiveStreams(), MAX_STREAMS);
    }

    /// Whether the target has refused a stream and has answered none since.
    public boolean isRefusing() {
        return refusing;
    }

    /// Whether the target's SETTINGS allow a CONNECT that asks for a WebSocket (RFC 8441 §3).
    public boolean takesWebSockets() {
        return takesWebSockets;
    }

    /// A place for an exchange, which is to begin now.
    public TargetSide open() {
        active++;
        return new TargetHttp2Stream(this);
    }

    /// Takes no more exchanges, and closes once none is left.
    public void leave() {
        if (!leaving) {
            leaving = true;
            keeper.forget(this);
        }
        closeIfDone();
    }

    private void closeIfDone() {
        if (leaving && active == 0 && !closed) {
            context().channel().close();
        }
    }

    // ---- what streams ask for

    AsciiString scheme() {
        return terms.scheme;
    }

    String authority(String said) {
        return keeper.authority(said);
    }

    long now() {
        return loop.ticker().nanoTime();
    }

    /// Null if the connection does not take it, which the stream is told later.
    @Nullable
    Http2Stream writeRequest(TargetHttp2Stream stream, Http2Headers headers, boolean end) {
        begun++;
        int id = connection().local().incrementAndGetNextStreamId();
        encoder()
                .writeHeaders(context(), id, headers, 0, end, context().newPromise())
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        loop.execute(stream::onUnwritten);
                    }
                });
        Http2Stream http2 = connection().stream(id);
        if (http2 != null) {
            http2.setProperty(key, stream);
        }
        if (id >= LAST_STREAM_ID) {
            leave();
        }
        budget.onUseful();
        flushSoon();
        return http2;
    }

    /// Takes ownership; the future is done when the bytes are written to the socket.
    ChannelFuture writeData(int stream, ByteBuf data, boolean end) {
        for (int frames = data.readableBytes(); frames >= 0; frames -= Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE) {
            budget.onUseful();
        }
        flushSoon();
        return encoder().writeData(context(), stream, data, 0, end, context().newPromise());
    }

    void writeTrailers(int stream, Http2Headers trailers) {
        flushSoon();
        encoder().writeHeaders(context(), stream, trailers, 0, true, context().newPromise());
    }

    void reset(int stream, Http2Error error) {
        if (!closed) {
            resetStream(context(), stream, error.code(), context().newPromise());
            flushSoon();
        }
    }

    /// Gives the target window for what was taken.
    void consume(Http2Stream stream, int bytes) {
        try {
            if (!closed && decoder().flowController().consumeBytes(stream, bytes)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
    }

    /// Streams are to be looked at when it is so late.
    void limit(long dueNanos) {
        if (!limitSet || dueNanos - limitNanos < 0) {
            limitSet = true;
            limitNanos = dueNanos;
            limits.set(Duration.ofNanos(Math.max(0, dueNanos - now())));
        }
    }

    void onStreamClosed() {
        active--;
        if (active == 0 && !closed) {
            idleSinceNanos = now();
            life.set(terms.keepIdle);
        }
        closeIfDone();
        if (hasRoom()) {
            keeper.onRoom();
        }
    }

    void onFinished() {
        keeper.onFinished();
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            loop.execute(flushTask);
        }
    }

    private void flushNow() {
        flushing = false;
        if (!closed) {
            flush(context());
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("Not in a pipeline");
        }
        return known;
    }

    // ---- time

    private void onLimits() {
        limitSet = false;
        long now = now();
        for (TargetHttp2Stream stream : streams()) {
            if (stream.isLimited() && stream.dueNanos() - now <= 0) {
                stream.onTimeout();
            } else if (stream.isLimited()) {
                limit(stream.dueNanos());
            }
        }
    }

    private void onLife() {
        long now = now();
        if (!ready) {
            broken = ResetCode.TARGET_CONNECT_TIMEOUT;
            SocketOutput.abort(context().channel());
        } else if (active == 0) {
            onIdle(now);
        } else {
            onBusy(now);
        }
    }

    private void onIdle(long now) {
        long left = terms.keepIdle.toNanos() - (now - idleSinceNanos);
        if (left <= 0) {
            leave();
        } else {
            life.set(Duration.ofNanos(left));
        }
    }

    private void onBusy(long now) {
        long silent = now - readNanos;
        if (silent < terms.pingAfter.toNanos()) {
            pinged = false;
            life.set(Duration.ofNanos(terms.pingAfter.toNanos() - silent));
        } else if (pinged) {
            LOG.debug("A target does not answer a PING");
            SocketOutput.abort(context().channel());
        } else {
            pinged = true;
            encoder().writePing(context(), false, 0, context().newPromise());
            flushSoon();
            life.set(terms.pingPatience);
        }
    }

    // ---- the connection

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        added.channel().config().setWriteBufferWaterMark(SocketOutput.WATER_MARK);
        super.handlerAdded(added);
        Http2Stream all = connection().connectionStream();
        decoder().flowController().incrementWindowSize(all, CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        life.set(terms.settingsTimeout);
        flushSoon();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) throws Exception {
        readNanos = now();
        super.channelRead(from, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) throws Exception {
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flushAnswer();
        }
        toFlush.clear();
        super.channelReadComplete(from);
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) throws Exception {
        closed = true;
        leaving = true;
        life.close();
        limits.close();
        keeper.forget(this);
        if (!ready) {
            keeper.onUnusable(this, broken == null ? ResetCode.TARGET_REFUSED : broken);
        }
        List<TargetHttp2Stream> open = streams();
        for (int i = 0; i < open.size(); i++) {
            open.get(i).onGone(begun > 1, broken);
        }
        super.channelInactive(from);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) throws Exception {
        if (event instanceof ChannelOutputShutdownEvent) {
            leave();
        }
        super.userEventTriggered(from, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable thrown) throws Exception {
        Throwable inner = thrown.getCause();
        Throwable cause = thrown instanceof DecoderException && inner != null ? inner : thrown;
        if (cause instanceof IOException) {
            LOG.debug("Target's connection broke: {}", cause.getMessage());
            if (cause instanceof SSLException && broken == null) {
                broken = ResetCode.TARGET_TLS;
            }
            SocketOutput.abort(from.channel());
        } else {
            super.exceptionCaught(from, thrown);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext from, boolean outbound, Throwable cause, @Nullable Http2Exception http2) {
        if (cause instanceof IOException) { // what it has sent may still be read, up to its end
            LOG.debug("A target takes no more: {}", cause.getMessage());
            leave();
            return;
        }
        if (http2 == null) {
            LOG.error("Replaying calls failed", cause);
        } else {
            LOG.debug("Closing a target's connection: {}", http2.getMessage());
        }
        broken = http2 == null ? ResetCode.INTERNAL : ResetCode.TARGET_PROTOCOL;
        leaving = true;
        keeper.forget(this);
        for (TargetHttp2Stream stream : streams()) {
            stream.onGone(false, broken);
        }
        super.onConnectionError(from, outbound, cause, http2);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext from, boolean outbound, Throwable cause, Http2Exception.StreamException http2) {
        LOG.debug("A target's answer is not valid: {}", http2.getMessage());
        TargetHttp2Stream stream = find(http2.streamId());
        if (stream != null) {
            stream.onInvalid();
            return;
        }
        try {
            budget.spend();
            super.onStreamError(from, outbound, cause, http2);
        } catch (Http2Exception flood) {
            onError(from, outbound, flood);
        }
    }

    private @Nullable TargetHttp2Stream find(int id) {
        Http2Stream http2 = connection().stream(id);
        return http2 == null ? null : http2.getProperty(key);
    }

    private List<TargetHttp2Stream> streams() {
        return ActiveStreams.of(connection(), key);
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream http2) {
            TargetHttp2Stream stream = http2.getProperty(key);
            if (stream != null) {
                stream.onClosed();
            }
        }
    }

    // ---- what the target sends

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onSettingsRead(ChannelHandlerContext from, Http2Settings settings) throws Http2Exception {
            Boolean connect = settings.connectProtocolEnabled();
            budget.spend();
            takesWebSockets = connect == null ? takesWebSockets : connect;
            if (!ready) {
                ready = true;
                idleSinceNanos = now();
                life.set(terms.keepIdle);
                keeper.onReady(TargetHttp2Connection.this);
            } else if (hasRoom()) {
                keeper.onRoom();
            }
        }

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
            TargetHttp2Stream stream = ours(id);
            budget.onUseful();
            if (stream != null) {
                refusing = false;
                toFlush.add(stream);
                try {
                    stream.onHeaders(headers, end);
                } catch (Rejected rejected) {
                    throw invalid(id, rejected);
                }
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext from, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            TargetHttp2Stream stream = ours(id);
            if (data.isReadable()) {
                budget.onUseful();
            } else {
                budget.spend();
            }
            if (stream == null) {
                return data.readableBytes() + padding;
            }
            toFlush.add(stream);
            try {
                return padding + stream.onData(data.retain(), end);
            } catch (Rejected rejected) {
                throw invalid(id, rejected);
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext from, int id, long code) {
            TargetHttp2Stream stream = find(id);
            if (stream != null) {
                refusing |= code == Http2Error.REFUSED_STREAM.code();
                stream.onReset(code);
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext from, int lastStream, long code, ByteBuf debugData) {
            LOG.debug("A target goes away: {}", Http2Error.valueOf(code));
            leave();
            try {
                List<TargetHttp2Stream> unseen = new ArrayList<>();
                connection().forEachActiveStream(http2 -> {
                    TargetHttp2Stream stream = http2.getProperty(key);
                    if (stream != null && http2.id() > lastStream) {
                        unseen.add(stream);
                    }
                    return true;
                });
                unseen.forEach(TargetHttp2Stream::onNotStarted);
            } catch (Http2Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onPingRead(ChannelHandlerContext from, long data) throws Http2Exception {
            budget.spend();
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext from, long data) {
            if (pinged) {
                pinged = false;
                life.set(terms.pingAfter);
            }
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

        /// Null: the stream is over on our side.
        private @Nullable TargetHttp2Stream ours(int id) throws Http2Exception {
            Http2Stream http2 = connection().stream(id);
            if (http2 == null) {
                return null;
            }
            TargetHttp2Stream stream = http2.getProperty(key);
            if (stream == null) {
                throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "A stream that nobody asked for");
            }
            return stream;
        }

        private static Http2Exception invalid(int id, Rejected rejected) {
            return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", rejected.getMessage());
        }
    }
}
