package io.hikyaku.link.session;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.link.admission.NotFoundHandler;
import io.hikyaku.wire.Packet;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.time.Duration;
import java.util.Locale;

/// What lies between TLS and the packets of a link: nothing, or a WebSocket.
public enum LinkTransport {
    TLS(LinkTls.Protocol.PACKETS) {
        @Override
        public void addDialled(ChannelPipeline pipeline, LinkUrl url, Duration timeout) {}

        @Override
        public void addAccepted(ChannelPipeline pipeline, LinkUrl url, Duration timeout) {}
    },

    WSS(LinkTls.Protocol.WEBSOCKET) {
        @Override
        public void addDialled(ChannelPipeline pipeline, LinkUrl url, Duration timeout) {
            WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                    .webSocketUri(url.toString())
                    .version(WebSocketVersion.V13)
                    .allowExtensions(false)
                    .maxFramePayloadLength(MAX_MESSAGE_BYTES)
                    .handshakeTimeoutMillis(timeout.toMillis())
                    .withUTF8Validator(false)
                    .build();
            pipeline.addLast(
                    new HttpClientCodec(HTTP_LIMITS, false, false),
                    new HttpObjectAggregator(MAX_HTTP_BODY_BYTES),
                    new WebSocketClientProtocolHandler(config),
                    new WebSocketPackets());
        }

        @Override
        public void addAccepted(ChannelPipeline pipeline, LinkUrl url, Duration timeout) {
            WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath(url.path())
                    .allowExtensions(false)
                    .maxFramePayloadLength(MAX_MESSAGE_BYTES)
                    .handshakeTimeoutMillis(timeout.toMillis())
                    .withUTF8Validator(false)
                    .build();
            pipeline.addLast(
                    new HttpServerCodec(HTTP_LIMITS),
                    new HttpObjectAggregator(MAX_HTTP_BODY_BYTES),
                    new WebSocketServerProtocolHandler(config),
                    new NotFoundHandler(),
                    new WebSocketPackets());
        }
    };

    /// Largest message and largest frame of one: the largest packet fits, and so do many small ones.
    static final int MAX_MESSAGE_BYTES = 12 * (Packet.HEADER_BYTES + Packet.MAX_BODY);

    private static final int MAX_HTTP_BODY_BYTES = 4 << 10;
    private static final HttpDecoderConfig HTTP_LIMITS =
            new HttpDecoderConfig().setMaxInitialLineLength(2 << 10).setMaxHeaderSize(8 << 10);

    private final LinkTls.Protocol protocol;

    LinkTransport(LinkTls.Protocol protocol) {
        this.protocol = protocol;
    }

    public static LinkTransport of(LinkUrl url) {
        return switch (url.scheme()) {
            case TLS -> TLS;
            case WSS -> WSS;
        };
    }

    public LinkTls.Protocol protocol() {
        return protocol;
    }

    /// In logs and as a metric's label.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @param timeout for the upgrade to a WebSocket
    public abstract void addDialled(ChannelPipeline pipeline, LinkUrl url, Duration timeout);

    /// @param timeout for the upgrade to a WebSocket
    public abstract void addAccepted(ChannelPipeline pipeline, LinkUrl url, Duration timeout);
}
