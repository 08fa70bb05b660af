package io.hikyaku.call.http2.client;

import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.http2.Http2Codec;
import io.hikyaku.call.http2.Http2Multiplex;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.loop.Deadline;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a target in HTTP/2: each of its streams is an exchange ([TargetHttp2Stream]). It is used once the
/// target has sent its SETTINGS, so that nothing is sent to a target that does not speak HTTP/2.
public final class TargetHttp2Connection extends Http2Multiplex<TargetHttp2Stream> {
    private static final int CONNECTION_WINDOW = Integer.MAX_VALUE;
    /// Concurrent streams, whatever the target allows.
    private static final int MAX_STREAMS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(TargetHttp2Connection.class);

    private final Keeper keeper;
    private final Terms terms;
    private final TargetPatience patience;
    private final Deadline limits;
    private @Nullable ResetCode broken;
    private boolean ready;
    private boolean leaving;
    private boolean limitSet;
    private boolean refusing;
    private boolean takesWebSockets;
    private int active;
    private int begun;
    private long limitNanos;

    /// What keeps connections to one target.
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
    /// @param pingPatience how long it may take to respond
    public record Terms(
            AsciiString scheme,
            int maxHead,
            Duration settingsTimeout,
            Duration keepIdle,
            Duration pingAfter,
            Duration pingPatience) {}

    TargetHttp2Connection(Keeper keeper, Terms terms, EventLoop loop, Http2Codec codec) {
        super(loop, CONNECTION_WINDOW, codec);
        this.keeper = keeper;
        this.terms = terms;
        this.patience = new TargetPatience(this, terms);
        this.limits = new Deadline(loop, this::onLimits);
        codec.decoder().frameListener(new TargetFrames(this));
    }

    /// Speaks HTTP/2 on a fresh connection.
    public static TargetHttp2Connection on(Channel channel, Terms terms, Keeper keeper) {
        TargetHttp2Connection connection = new TargetHttp2Codec(keeper, terms, channel.eventLoop()).build();
        channel.pipeline().addLast(connection);
        return connection;
    }

    // ---- what the keeper asks for

    /// Whether another exchange may begin.
    public boolean hasRoom() {
        return ready && !leaving && active < Math.min(connection().local().maxActiveStreams(), MAX_STREAMS);
    }

    /// Whether the target has refused a stream and has responded on none since.
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
        if (leaving && active == 0 && !isClosed()) {
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

    /// Null if the connection does not take it, which the stream is told later.
    @Nullable
    Http2Stream writeRequest(TargetHttp2Stream stream, Http2Headers headers, boolean end) {
        begun++;
        int id = connection().local().incrementAndGetNextStreamId();
        opened().onOpened(id);
        writeHeaders(id, headers, end).addListener(written -> {
            if (!written.isSuccess()) {
                loop().execute(stream::onUnwritten);
            }
        });
        Http2Stream http2 = connection().stream(id);
        if (http2 != null) {
            serve(http2, stream);
        }
        if (id >= LAST_STREAM_ID) {
            leave();
        }
        budget().onUseful();
        return http2;
    }

    /// Streams are to be looked at when this time comes.
    void limit(long dueNanos) {
        if (!limitSet || dueNanos - limitNanos < 0) {
            limitSet = true;
            limitNanos = dueNanos;
            limits.set(Duration.ofNanos(Math.max(0, dueNanos - now())));
        }
    }

    void onStreamClosed() {
        active--;
        if (active == 0 && !isClosed()) {
            patience.onIdle();
        }
        closeIfDone();
        if (hasRoom()) {
            keeper.onRoom();
        }
    }

    void onFinished() {
        keeper.onFinished();
    }

    /// What the target sends is handed on once everything that was read together has been parsed.
    @Override
    public void channelReadComplete(ChannelHandlerContext from) throws Exception {
        endTurns();
        super.channelReadComplete(from);
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

    TargetPatience patience() {
        return patience;
    }

    /// Whether the target has sent its SETTINGS.
    boolean isReady() {
        return ready;
    }

    boolean isIdle() {
        return active == 0;
    }

    void onNoSettings() {
        broken = ResetCode.TARGET_CONNECT_TIMEOUT;
        SocketOutput.abort(context().channel());
    }

    void onNoPong() {
        LOG.debug("A target does not answer a PING");
        SocketOutput.abort(context().channel());
    }

    void ping() {
        encoder().writePing(context(), false, 0, context().newPromise());
        flushSoon();
    }

    // ---- the connection

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        super.handlerAdded(added);
        patience.begin();
    }

    @Override
    protected void onGone() {
        leaving = true;
        patience.close();
        limits.close();
        keeper.forget(this);
        if (!ready) {
            keeper.onUnusable(this, broken == null ? ResetCode.TARGET_REFUSED : broken);
        }
        streams().forEach(stream -> stream.onGone(begun > 1, broken));
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
        LOG.debug("A target's response is not valid: {}", http2.getMessage());
        TargetHttp2Stream stream = find(http2.streamId());
        if (stream != null) {
            stream.onInvalid();
            return;
        }
        try {
            budget().spend();
            super.onStreamError(from, outbound, cause, http2);
        } catch (Http2Exception flood) {
            onError(from, outbound, flood);
        }
    }

    // ---- what the target says

    @Override
    public void onSettings(Http2Settings settings) {
        super.onSettings(settings);
        Boolean connect = settings.connectProtocolEnabled();
        takesWebSockets = connect == null ? takesWebSockets : connect;
        if (!ready) {
            ready = true;
            patience.onIdle();
            keeper.onReady(this);
        } else if (hasRoom()) {
            keeper.onRoom();
        }
    }

    void onResponse() {
        refusing = false;
    }

    void onRefused() {
        refusing = true;
    }

    void onGoAway(int lastStream, long code) {
        LOG.debug("A target goes away: {}", Http2Error.valueOf(code));
        leave();
        for (TargetHttp2Stream stream : streams()) {
            if (stream.id() > lastStream) {
                stream.onNotStarted();
            }
        }
    }
}
