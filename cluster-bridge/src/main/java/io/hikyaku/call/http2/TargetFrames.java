package io.hikyaku.call.http2;

import io.hikyaku.call.exchange.Rejected;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/// Takes what a target's connection sends to the streams that it belongs to, and all of it within bounds.
final class TargetFrames extends Http2FrameAdapter {
    private final TargetHttp2Connection connection;
    private final FrameBudget budget = new FrameBudget();

    TargetFrames(TargetHttp2Connection connection) {
        this.connection = connection;
    }

    /// What came and went, and pays for what carries nothing.
    FrameBudget budget() {
        return budget;
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext from, Http2Settings settings) throws Http2Exception {
        budget.spend();
        connection.onSettings(settings);
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
            connection.onAnswering();
            connection.due(stream);
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
        connection.due(stream);
        try {
            return padding + stream.onData(data.retain(), end);
        } catch (Rejected rejected) {
            throw invalid(id, rejected);
        }
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext from, int id, long code) {
        TargetHttp2Stream stream = connection.find(id);
        if (stream != null) {
            if (code == Http2Error.REFUSED_STREAM.code()) {
                connection.onRefused();
            }
            stream.onReset(code);
        }
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext from, int lastStream, long code, ByteBuf debugData) {
        connection.onGoAway(lastStream, code);
    }

    @Override
    public void onPingRead(ChannelHandlerContext from, long data) throws Http2Exception {
        budget.spend();
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext from, long data) {
        connection.patience().onPong();
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
        Http2Stream http2 = connection.connection().stream(id);
        if (http2 == null) {
            return null;
        }
        TargetHttp2Stream stream = connection.streamOf(http2);
        if (stream == null) {
            throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "A stream that nobody asked for");
        }
        return stream;
    }

    private static Http2Exception invalid(int id, Rejected rejected) {
        return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", rejected.getMessage());
    }
}
