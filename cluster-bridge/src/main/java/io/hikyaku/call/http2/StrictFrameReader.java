package io.hikyaku.call.http2;

import io.hikyaku.call.exchange.Grammar;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at heads before Netty's connection does, which lets some pass silently that a caller may not send.
final class StrictFrameReader implements Http2FrameReader {
    private final Http2FrameReader reader;
    private final Http2Connection connection;
    private final OpenedStreams opened;
    private @Nullable Http2FrameListener known;
    private @Nullable Http2FrameListener strict;

    StrictFrameReader(Http2FrameReader reader, Http2Connection connection, OpenedStreams opened) {
        this.reader = reader;
        this.connection = connection;
        this.opened = opened;
    }

    @Override
    public void readFrame(ChannelHandlerContext context, ByteBuf input, Http2FrameListener listener)
            throws Http2Exception {
        Http2FrameListener to = strict;
        if (to == null || !listener.equals(known)) {
            to = new Strict(listener);
            known = listener;
            strict = to;
        }
        reader.readFrame(context, input, to);
    }

    @Override
    public Configuration configuration() {
        return reader.configuration();
    }

    @Override
    public void close() {
        reader.close();
    }

    private final class Strict extends Http2FrameListenerDecorator {
        Strict(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            check(id, headers);
            super.onHeadersRead(context, id, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            check(id, headers);
            super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, end);
        }

        private void check(int id, Http2Headers headers) throws Http2Exception {
            checkLength(id, headers);
            Http2Stream stream = connection.stream(id);
            if (stream == null) {
                opened.onHead(id);
            } else if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
                throw Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, "A head after the end of stream %d", id);
            }
        }

        /// Netty would make one good length out of several, or of one with leading zeros.
        private static void checkLength(int id, Http2Headers headers) throws Http2Exception {
            List<CharSequence> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
            boolean plain =
                    lengths.isEmpty() || lengths.size() == 1 && Grammar.isLength(AsciiString.of(lengths.getFirst()));
            if (!plain) {
                throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "Content-Length of stream %d", id);
            }
        }
    }
}
