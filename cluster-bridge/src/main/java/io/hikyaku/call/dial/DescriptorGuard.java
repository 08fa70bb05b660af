package io.hikyaku.call.dial;

import io.hikyaku.net.AcceptLimiter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;
import java.net.SocketException;

/// Connects to no target when the process has hardly any file descriptors left.
final class DescriptorGuard extends ChannelOutboundHandlerAdapter {
    private final AcceptLimiter acceptLimiter;

    DescriptorGuard(AcceptLimiter acceptLimiter) {
        this.acceptLimiter = acceptLimiter;
    }

    /// It is not the target's fault, and nothing has been sent.
    static final class Shortage extends SocketException {
        private static final long serialVersionUID = 1L;

        Shortage() {
            super("file descriptors run short");
        }
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (acceptLimiter.hasRoomForOurOwn(context.channel())) {
            context.pipeline().remove(this);
            context.connect(remote, local, promise);
        } else {
            promise.setFailure(new Shortage());
        }
    }
}
