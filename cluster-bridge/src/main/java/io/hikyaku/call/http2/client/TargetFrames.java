package io.hikyaku.call.http2.client;

import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http2.Http2Frames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/// Takes what a target's connection sends to the streams that it is for, all within bounds.
final class TargetFrames extends Http2Frames<TargetHttp2Connection> {
    TargetFrames(TargetHttp2Connection connection) {
        super(connection);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext from, Http2Settings settings) throws Http2Exception {
        if (Boolean.FALSE.equals(settings.connectProtocolEnabled()) && connection.takesWebSockets()) {
            throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "WebSockets were taken"); // RFC 8441 §3
        }
        super.onSettingsRead(from, settings);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext from, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        TargetHttp2Stream stream = ours(id);
        connection.budget().onUseful();
        if (stream != null) {
            connection.onResponse();
            connection.due(stream);
            try {
                stream.onHeaders(headers, end);
            } catch (BadMessage rejected) {
                throw invalid(id, rejected);
            }
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext from, int id, ByteBuf data, int padding, boolean end)
            throws Http2Exception {
        TargetHttp2Stream stream = ours(id);
        if (data.isReadable()) {
            connection.budget().onUseful();
        } else {
            connection.budget().spend();
        }
        if (stream == null) {
            return data.readableBytes() + padding;
        }
        connection.due(stream);
        try {
            return padding + stream.onData(data.retain(), end);
        } catch (BadMessage rejected) {
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
    public void onPingAckRead(ChannelHandlerContext from, long data) {
        connection.patience().onPong();
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

    private static Http2Exception invalid(int id, BadMessage rejected) {
        return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", rejected.getMessage());
    }
}
