package io.hikyaku.call.dial;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sits behind the TLS handler of a fresh connection until its handshake has succeeded, and is gone before the first
/// decrypted bytes are passed on.
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private final Consumer<@Nullable Throwable> onDone;

    /// @param onDone is given the failure, null if there was none
    TlsHandshake(Consumer<@Nullable Throwable> onDone) {
        this.onDone = onDone;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            onDone.accept(completion.cause());
            if (completion.isSuccess()) {
                context.pipeline().remove(this);
            }
        }
        context.fireUserEventTriggered(event);
    }

    /// The event tells of the failure.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
