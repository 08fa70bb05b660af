package io.hikyaku.call.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/// Takes what the other side of a connection sends. Priorities are left to Netty.
///
/// @param <C> the connection
public abstract class Http2Frames<C extends Http2Multiplex<?>> extends Http2FrameAdapter {
    protected final C connection;

    protected Http2Frames(C connection) {
        this.connection = connection;
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext from, Http2Settings settings) throws Http2Exception {
        connection.onSettings(settings);
    }

    @Override
    public final void onHeadersRead(
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
    public abstract void onHeadersRead(
            ChannelHandlerContext from, int id, Http2Headers headers, int padding, boolean end) throws Http2Exception;
}
