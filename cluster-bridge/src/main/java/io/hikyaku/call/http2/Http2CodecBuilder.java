package io.hikyaku.call.http2;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Settings;

/// Puts together what reads and writes the HTTP/2 of one connection, with the bounds of both sides of a call.
///
/// @param <C> the connection
/// @param <B> this builder
public abstract class Http2CodecBuilder<C extends Http2Multiplex<?>, B extends Http2CodecBuilder<C, B>>
        extends AbstractHttp2ConnectionHandlerBuilder<C, B> {
    /// CVE-2026-33871.
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private static final int MAX_EMPTY_DATA = 8;

    private final OpenedStreams opened;
    private final FrameBudget budget = new FrameBudget();

    /// @param opened none yet
    protected Http2CodecBuilder(OpenedStreams opened) {
        this.opened = opened;
    }

    /// The connection is made of these parts, and nothing else may be set afterwards.
    ///
    /// @param maxHead bytes of a head, or of trailers, as SETTINGS_MAX_HEADER_LIST_SIZE counts them
    /// @param settings the others
    protected final void join(Http2Connection connection, long maxHead, Http2Settings settings) {
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        Http2FrameReader reader = new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, true, maxHead), MAX_SMALL_CONTINUATIONS);
        initialSettings(settings.maxHeaderListSize(maxHead));
        decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
        codec(
                new DefaultHttp2ConnectionDecoder(
                        connection, encoder, new StrictFrameReader(reader, connection, opened, budget)),
                encoder);
    }

    @Override
    public C build() {
        return super.build();
    }

    @Override
    protected final C build(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        return build(new Http2Codec(decoder, encoder, settings, opened, budget));
    }

    protected abstract C build(Http2Codec codec);
}
