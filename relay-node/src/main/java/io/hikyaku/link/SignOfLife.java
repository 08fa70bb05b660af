package io.hikyaku.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Comes first in a link's pipeline, before TLS, and reports every read from the socket: TLS passes on only whole
/// records, and 16 KiB take longer on a slow line than an answer may.
public final class SignOfLife extends ChannelInboundHandlerAdapter {
    private final Runnable onBytes;

    public SignOfLife(Runnable onBytes) {
        this.onBytes = onBytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        onBytes.run();
        context.fireChannelRead(message);
    }
}
