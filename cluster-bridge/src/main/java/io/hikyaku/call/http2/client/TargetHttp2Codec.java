package io.hikyaku.call.http2.client;

import io.hikyaku.call.http2.Http2Codec;
import io.hikyaku.call.http2.Http2CodecBuilder;
import io.hikyaku.call.http2.OpenedStreams;
import io.hikyaku.call.http2.client.TargetHttp2Connection.Keeper;
import io.hikyaku.call.http2.client.TargetHttp2Connection.Terms;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.Http2Settings;

/// Puts together what reads and writes a target's HTTP/2.
final class TargetHttp2Codec extends Http2CodecBuilder<TargetHttp2Connection, TargetHttp2Codec> {
    /// What a target may send on one stream before the path to its caller takes it. All streams together are
    /// bounded by their number alone, so that slow callers do not hold back the others.
    private static final int STREAM_WINDOW = 64 * 1024;

    private final Keeper keeper;
    private final Terms terms;
    private final EventLoop loop;

    TargetHttp2Codec(Keeper keeper, Terms terms, EventLoop loop) {
        super(OpenedStreams.toTarget());
        this.keeper = keeper;
        this.terms = terms;
        this.loop = loop;
        join(
                new DefaultHttp2Connection(false),
                terms.maxHead(),
                new Http2Settings().pushEnabled(false).maxConcurrentStreams(0).initialWindowSize(STREAM_WINDOW));
    }

    @Override
    protected TargetHttp2Connection build(Http2Codec codec) {
        return new TargetHttp2Connection(keeper, terms, loop, codec);
    }
}
