package io.hikyaku.call.http2.caller;

import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.Provenance;
import io.hikyaku.call.http2.FrameBudget;
import io.hikyaku.call.http2.OpenedStreams;
import io.hikyaku.call.http2.StrictFrameReader;
import io.hikyaku.config.limits.CallLimits;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Settings;

/// Puts together what reads and writes a caller's HTTP/2, with its bounds.
final class CallerHttp2Codec extends AbstractHttp2ConnectionHandlerBuilder<CallerHttp2Connection, CallerHttp2Codec> {
    /// Streams that a caller may reset, or make us reset, within the time ([ResetBudget]).
    static final int MAX_RESETS = 200;

    static final int RESETS_SECONDS = 30;
    /// CVE-2026-33871.
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private static final int MAX_EMPTY_DATA = 8;

    private final HttpPort port;
    private final Channel channel;
    private final OpenedStreams opened = OpenedStreams.ofCaller();
    private final FrameBudget budget = new FrameBudget();

    CallerHttp2Codec(HttpPort port, Channel channel) {
        CallLimits limits = port.context().limits();
        long maxHead = limits.maxHeaderSize().bytes();
        this.port = port;
        this.channel = channel;
        Http2Connection connection = new DefaultHttp2Connection(true);
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(
                        connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        Http2FrameReader reader = new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, true, maxHead), MAX_SMALL_CONTINUATIONS);
        initialSettings(new Http2Settings()
                .maxConcurrentStreams(limits.http().maxStreams())
                .connectProtocolEnabled(true)
                .initialWindowSize(RequestWindow.FIRST)
                .maxHeaderListSize(maxHead));
        decoderEnforceMaxRstFramesPerWindow(0, 0); // ours knows what was answered
        decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
        codec(
                new DefaultHttp2ConnectionDecoder(
                        connection, encoder, new StrictFrameReader(reader, connection, opened, budget)),
                encoder);
    }

    @Override
    protected CallerHttp2Connection build() {
        return super.build();
    }

    @Override
    protected CallerHttp2Connection build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        Provenance provenance = port.forwarding().from(channel.remoteAddress());
        return new CallerHttp2Connection(
                port, channel.eventLoop(), decoder, encoder, settings, provenance, opened, budget);
    }
}
