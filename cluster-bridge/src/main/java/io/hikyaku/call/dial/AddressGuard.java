package io.hikyaku.call.dial;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.service.TargetAddresses;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// Checks the address that a target's name was resolved to before anything is sent there.
final class AddressGuard extends ChannelOutboundHandlerAdapter {
    private final HostPort target;

    AddressGuard(HostPort target) {
        this.target = target;
    }

    /// The address may not be called.
    static final class Prohibited extends ConnectException {
        private static final long serialVersionUID = 1L;

        Prohibited(String message) {
            super(message);
        }
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        boolean allowed =
                remote instanceof InetSocketAddress address && TargetAddresses.isAllowed(target, address.getAddress());
        if (allowed) {
            context.pipeline().remove(this);
            context.connect(remote, local, promise);
        } else {
            promise.setFailure(new Prohibited(target + " is at a prohibited address"));
        }
    }
}
