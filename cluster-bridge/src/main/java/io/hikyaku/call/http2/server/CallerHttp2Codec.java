package io.hikyaku.call.http2.server;

import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http2.Http2Codec;
import io.hikyaku.call.http2.Http2CodecBuilder;
import io.hikyaku.call.http2.OpenedStreams;
import io.hikyaku.config.limits.CallLimits;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Settings;

/// Puts together what reads and writes a caller's HTTP/2.
final class CallerHttp2Codec extends Http2CodecBuilder<CallerHttp2Connection, CallerHttp2Codec> {
    /// Streams that a caller may reset, or make us reset, within the time ([ResetBudget]).
    static final int MAX_RESETS = 200;

    static final int RESETS_SECONDS = 30;

    private final HttpPort port;
    private final Channel channel;

    CallerHttp2Codec(HttpPort port, Channel channel) {
        super(OpenedStreams.ofCaller());
        CallLimits limits = port.context().limits();
        this.port = port;
        this.channel = channel;
        Http2Connection connection = new DefaultHttp2Connection(true);
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(
                        connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
        decoderEnforceMaxRstFramesPerWindow(0, 0); // our budget knows which streams got a response
        join(
                connection,
                limits.maxHeaderSize().bytes(),
                new Http2Settings()
                        .maxConcurrentStreams(limits.http().maxStreams())
                        .connectProtocolEnabled(true)
                        .initialWindowSize(RequestWindow.FIRST));
    }

    @Override
    protected CallerHttp2Connection build(Http2Codec codec) {
        return new CallerHttp2Connection(
                port, channel.eventLoop(), port.forwarding().from(channel.remoteAddress()), codec);
    }
}
