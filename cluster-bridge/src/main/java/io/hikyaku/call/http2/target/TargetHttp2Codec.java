package io.hikyaku.call.http2.target;

import io.hikyaku.call.http2.FrameBudget;
import io.hikyaku.call.http2.OpenedStreams;
import io.hikyaku.call.http2.StrictFrameReader;
import io.hikyaku.call.http2.target.TargetHttp2Connection.Keeper;
import io.hikyaku.call.http2.target.TargetHttp2Connection.Terms;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
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

/// Puts together what reads and writes a target's HTTP/2, with its bounds.
final class TargetHttp2Codec extends AbstractHttp2ConnectionHandlerBuilder<TargetHttp2Connection, TargetHttp2Codec> {
    /// What a target may send on one stream before the way to its caller takes it. All streams together are
    /// bounded by their number alone, so that slow callers do not hold back the others.
    private static final int STREAM_WINDOW = 64 * 1024;

    /// CVE-2026-33871.
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private static final int MAX_EMPTY_DATA = 8;

    private final Keeper keeper;
    private final Terms terms;
    private final EventLoop loop;
    private final OpenedStreams opened = OpenedStreams.toTarget();
    private final FrameBudget budget = new FrameBudget();

    TargetHttp2Codec(Keeper keeper, Terms terms, EventLoop loop) {
        this.keeper = keeper;
        this.terms = terms;
        this.loop = loop;
        Http2Connection connection = new DefaultHttp2Connection(false);
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        Http2FrameReader reader = new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, true, terms.maxHead()), MAX_SMALL_CONTINUATIONS);
        initialSettings(new Http2Settings()
                .pushEnabled(false)
                .maxConcurrentStreams(0)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(terms.maxHead()));
        decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
        codec(
                new DefaultHttp2ConnectionDecoder(
                        connection, encoder, new StrictFrameReader(reader, connection, opened, budget)),
                encoder);
    }

    @Override
    protected TargetHttp2Connection build() {
        return super.build();
    }

    @Override
    protected TargetHttp2Connection build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        return new TargetHttp2Connection(keeper, terms, loop, decoder, encoder, settings, opened, budget);
    }
}
