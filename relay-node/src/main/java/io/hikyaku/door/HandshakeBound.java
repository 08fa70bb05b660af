package io.hikyaku.door;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLHandshakeException;

/// Stands before a connection's TLS until its handshake is done, and lets through only so many bytes for that. A
/// `ClientHello` may say that it is 16 MiB long; of those who read it BoringSSL waits for up to 100 KiB where it asks
/// for certificates, and the JDK for 32 KiB. Goes when it is not needed any more.
public final class HandshakeBound extends ChannelInboundHandlerAdapter {
    /// All that one side of a handshake may say. A chain of certificates takes a few KiB.
    public static final int MAX_BYTES = 64 << 10;

    private final SslHandler tls;
    private int read;

    /// @param tls the next handler
    public HandshakeBound(SslHandler tls) {
        this.tls = tls;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (tls.handshakeFuture().isDone()) {
            context.pipeline().remove(this);
        } else if (message instanceof ByteBuf bytes) {
            read += bytes.readableBytes();
        }
        if (read > MAX_BYTES) {
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(
                    new SSLHandshakeException("more than " + MAX_BYTES + " bytes before the handshake was done"));
        } else {
            context.fireChannelRead(message);
        }
    }
}
