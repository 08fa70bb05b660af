package io.hikyaku.call.http2;

import io.hikyaku.call.http.field.Grammar;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at frames before Netty's connection does. Netty silently lets some forbidden heads pass, takes no notice of
/// empty frames for streams that are gone, however many, and answers each frame that has crossed with a reset of ours
/// by another reset, or by the connection's end: such frames end here (RFC 9113 §5.1).
public final class StrictFrameReader implements Http2FrameReader {
    private final Http2FrameReader reader;
    private final Http2Connection connection;
    private final OpenedStreams opened;
    private final FrameBudget budget;
    private @Nullable Http2FrameListener known;
    private @Nullable Http2FrameListener strict;

    public StrictFrameReader(
            Http2FrameReader reader, Http2Connection connection, OpenedStreams opened, FrameBudget budget) {
        this.reader = reader;
        this.connection = connection;
        this.opened = opened;
        this.budget = budget;
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
        try {
            reader.readFrame(context, input, to);
        } catch (Http2Exception.StreamException malformed) {
            if (connection.stream(malformed.streamId()) == null) {
                opened.onUnreadableHead(malformed.streamId());
            }
            throw malformed;
        }
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
            if (check(id, headers, end)) {
                super.onHeadersRead(context, id, headers, padding, end);
            }
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
            if (check(id, headers, end)) {
                super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, end);
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            if (!hasCrossed(id)) {
                return super.onDataRead(context, id, data, padding, end);
            }
            connection.local().flowController().receiveFlowControlledFrame(null, data, padding, end);
            if (!end && !data.isReadable()) {
                throw closed(id); // costs nothing to send
            }
            if (end) {
                opened.onLastFrame(id);
            }
            return data.readableBytes() + padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int id, long code) throws Http2Exception {
            boolean crossed = hasCrossed(id);
            budget.spend();
            opened.onLastFrame(id);
            if (!crossed) {
                super.onRstStreamRead(context, id, code);
            }
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext context, int id, int increment) throws Http2Exception {
            budget.spend();
            if (!hasCrossed(id)) {
                super.onWindowUpdateRead(context, id, increment);
            }
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext context, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            budget.spend();
            super.onPriorityRead(context, id, dependency, weight, exclusive);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            budget.spend();
            super.onSettingsRead(context, settings);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
            budget.spend();
            super.onSettingsAckRead(context);
        }

        @Override
        public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
            budget.spend();
            super.onPingRead(context, data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
            budget.spend();
            super.onPingAckRead(context, data);
        }

        @Override
        public void onUnknownFrame(ChannelHandlerContext context, byte type, int id, Http2Flags flags, ByteBuf payload)
                throws Http2Exception {
            budget.spend();
            super.onUnknownFrame(context, type, id, flags, payload);
        }

        private boolean hasCrossed(int id) {
            return connection.stream(id) == null && opened.mayCross(id);
        }

        /// @return false: it goes no further
        private boolean check(int id, Http2Headers headers, boolean end) throws Http2Exception {
            if (hasCrossed(id)) {
                if (!end && !opened.areOurs()) { // a caller's second head is its last
                    throw closed(id);
                }
                if (end) {
                    opened.onLastFrame(id);
                }
                return false;
            }
            Http2Stream stream = connection.stream(id);
            if (stream == null) {
                opened.onHead(id);
            } else if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
                throw closed(id);
            }
            checkLength(id, headers);
            return true;
        }

        private static Http2Exception closed(int id) {
            return Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, "Frames after the end of stream %d", id);
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
