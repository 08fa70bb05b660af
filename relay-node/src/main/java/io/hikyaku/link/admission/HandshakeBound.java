package io.hikyaku.link.admission;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLHandshakeException;

/// Comes before a connection's TLS until its handshake is done, and lets through only so many bytes for that. A
/// `ClientHello` may claim to be 16 MiB long; BoringSSL waits for up to 100 KiB of it where it asks for certificates,
/// and the JDK for 32 KiB. Before passing on a whole first record, which is what makes TLS do work, it asks whether
/// that is wanted. Removes itself when it is no longer needed.
public final class HandshakeBound extends ChannelInboundHandlerAdapter {
    /// The most bytes that one side of a handshake may send. A chain of certificates takes a few KiB.
    public static final int MAX_BYTES = 64 << 10;

    private static final int RECORD_HEADER = 5;

    private final SslHandler tls;
    private final BooleanSupplier mayBegin;
    private final byte[] header = new byte[RECORD_HEADER];
    private int read;
    private boolean begun;

    /// @param tls the next handler
    public HandshakeBound(SslHandler tls) {
        this(tls, () -> true);
    }

    /// @param tls the next handler
    /// @param mayBegin asked once; if not, the connection is closed without a word
    public HandshakeBound(SslHandler tls, BooleanSupplier mayBegin) {
        this.tls = tls;
        this.mayBegin = mayBegin;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (tls.handshakeFuture().isDone()) {
            context.pipeline().remove(this);
        } else if (message instanceof ByteBuf bytes) {
            count(bytes);
        }
        if (!begun && hasWholeRecord()) {
            begun = true;
            if (!mayBegin.getAsBoolean()) {
                ReferenceCountUtil.release(message);
                context.close();
                return;
            }
        }
        if (read > MAX_BYTES) {
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(
                    new SSLHandshakeException("more than " + MAX_BYTES + " bytes before the handshake was done"));
        } else {
            context.fireChannelRead(message);
        }
    }

    private void count(ByteBuf bytes) {
        for (int i = read; i < Math.min(RECORD_HEADER, read + bytes.readableBytes()); i++) {
            header[i] = bytes.getByte(bytes.readerIndex() + i - read);
        }
        read += bytes.readableBytes();
    }

    /// What is not a record at all is for TLS to refuse.
    private boolean hasWholeRecord() {
        int length = (header[3] & 0xff) << 8 | header[4] & 0xff;
        return read >= RECORD_HEADER + length;
    }
}
