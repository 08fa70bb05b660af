package io.hikyaku.call.http2;

import io.hikyaku.call.socket.SocketOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection in HTTP/2, on either side of a call, and its streams, with what streams need from it. What is written
/// in one event-loop turn leaves in one flush at its end.
public abstract class Http2Multiplex<S extends Http2Multiplex.Served> extends Http2ConnectionHandler {
    /// No stream is opened after this one, before stream ids run out.
    public static final int LAST_STREAM_ID = 1 << 30;

    private static final long REFILL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final int window;
    private final FrameBudget budget;
    private final OpenedStreams opened;
    private final Http2Connection.PropertyKey key;
    private final List<S> due = new ArrayList<>();
    private final Runnable turnTask = this::onTurnEnd;
    private @Nullable ChannelHandlerContext context;
    private boolean flushing;
    private boolean closed;
    private long maxHead = Http2CodecUtil.MAX_HEADER_LIST_SIZE;
    private long readNanos;
    private long refilledNanos;

    /// Our end of a stream of the connection.
    public abstract static class Served {
        private boolean due;

        /// Called after everything that happened to it in this turn, for what is to be done only once.
        protected abstract void onTurnEnd();

        /// Whether the other side has sent all that it wants to.
        protected abstract boolean hasPeerEnded();

        /// The stream is gone: both sides have ended, or one has reset it.
        protected abstract void onClosed();
    }

    /// @param window what all streams together may be sent before it is taken, in bytes
    public Http2Multiplex(EventLoop loop, int window, Http2Codec codec) {
        super(codec.decoder(), codec.encoder(), codec.settings());
        this.loop = loop;
        this.window = window;
        this.budget = codec.budget();
        this.opened = codec.opened();
        this.key = connection().newKey();
        this.readNanos = now();
        this.refilledNanos = now();
        connection().addListener(new Closing());
    }

    // ---- its streams

    public @Nullable S streamOf(Http2Stream http2) {
        return http2.getProperty(key);
    }

    /// Null: it is not open, or belongs to nobody.
    public @Nullable S find(int id) {
        Http2Stream http2 = connection().stream(id);
        return http2 == null ? null : streamOf(http2);
    }

    public void serve(Http2Stream http2, S stream) {
        http2.setProperty(key, stream);
    }

    /// A list of its own, since streams may close while it is gone through.
    public List<S> streams() {
        List<S> open = new ArrayList<>(connection().numActiveStreams());
        try {
            connection().forEachActiveStream(http2 -> {
                S stream = streamOf(http2);
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

    // ---- what streams ask for

    public EventLoop loop() {
        return loop;
    }

    public long now() {
        return loop.ticker().nanoTime();
    }

    public ByteBufAllocator allocator() {
        return context().alloc();
    }

    /// Whether the other side takes a head, or trailers, of this size (RFC 9113 §6.5.2).
    public boolean takes(Http2Headers headers) {
        return maxHead >= Http2CodecUtil.MAX_HEADER_LIST_SIZE || Http2Fields.size(headers) <= maxHead;
    }

    /// The other side has sent its settings; Netty keeps this one on the client's side only.
    public void onSettings(Http2Settings settings) {
        Long said = settings.maxHeaderListSize();
        maxHead = said == null ? maxHead : said;
    }

    public ChannelFuture writeHeaders(int stream, Http2Headers headers, boolean end) {
        flushSoon();
        return encoder()
                .writeHeaders(context(), stream, headers, 0, end, context().newPromise());
    }

    /// Takes ownership; the future is done when the bytes are written to the socket.
    public ChannelFuture writeData(int stream, ByteBuf data, boolean end) {
        for (int left = data.readableBytes(); left >= 0; left -= Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE) {
            budget.onUseful(); // a receiver that takes it gives window for it
        }
        flushSoon();
        return encoder().writeData(context(), stream, data, 0, end, context().newPromise());
    }

    public void reset(int stream, Http2Error error) {
        if (!closed) {
            resetStream(context(), stream, error.code(), context().newPromise());
            flushSoon();
        }
    }

    /// Gives the other side window for what was taken.
    public void consume(Http2Stream stream, int bytes) {
        try {
            if (!closed && bytes > 0 && decoder().flowController().consumeBytes(stream, bytes)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
    }

    /// Lets the other side send more on the stream before it is taken.
    public void widen(Http2Stream stream, int bytes) {
        try {
            decoder().flowController().incrementWindowSize(stream, bytes);
            flushSoon();
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
    }

    // ---- turns

    /// [Served#onTurnEnd] of this stream is to be called, once, by [#endTurns].
    public void due(S stream) {
        Served served = stream;
        if (!served.due) {
            served.due = true;
            due.add(stream);
        }
    }

    public void endTurns() {
        for (int i = 0; i < due.size(); i++) {
            Served served = due.get(i);
            served.due = false;
            served.onTurnEnd();
        }
        due.clear();
    }

    /// What was written is flushed at the end of this turn.
    public void flushSoon() {
        if (!flushing) {
            flushing = true;
            loop.execute(turnTask);
        }
    }

    /// The end of this event-loop turn.
    private void onTurnEnd() {
        flushing = false;
        beforeFlush();
        if (!closed && context().channel().isActive()) {
            flush(context());
        }
    }

    /// Something may be written yet.
    protected void beforeFlush() {}

    // ---- the connection

    public ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("Not in a pipeline");
        }
        return known;
    }

    public FrameBudget budget() {
        return budget;
    }

    public OpenedStreams opened() {
        return opened;
    }

    /// Whether the connection is gone, so that nothing can be written any more.
    public boolean isClosed() {
        return closed;
    }

    /// When something was read last.
    public long readNanos() {
        return readNanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        SocketOutput.boundQueues(added.channel());
        super.handlerAdded(added);
        Http2Stream all = connection().connectionStream();
        if (window > Http2CodecUtil.DEFAULT_WINDOW_SIZE) {
            decoder().flowController().incrementWindowSize(all, window - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        }
        flushSoon();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) throws Exception {
        readNanos = now();
        if (readNanos - refilledNanos >= REFILL_NANOS) {
            refilledNanos = readNanos;
            budget.refill();
        }
        super.channelRead(from, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) throws Exception {
        closed = true;
        onGone();
        super.channelInactive(from);
    }

    /// The connection is gone; its streams will close.
    protected void onGone() {}

    private final class Closing extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream http2) {
            S stream = streamOf(http2);
            if (stream != null) {
                opened.onClosed(http2.id(), stream.hasPeerEnded());
                stream.onClosed();
            }
        }
    }
}
