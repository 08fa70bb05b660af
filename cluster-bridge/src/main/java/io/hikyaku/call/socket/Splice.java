package io.hikyaku.call.socket;

import io.hikyaku.loop.Deadline;
import io.hikyaku.stream.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A TCP connection joined to a stream: passes on bytes in both directions, each side's end as the other's end, and a
/// reset as a reset. Belongs to its event loop.
public final class Splice extends ChannelInboundHandlerAdapter {
    /// What started it and hears how it ends.
    public interface Owner {
        /// The socket has sent bytes; takes ownership. More come until [Splice#setReading] says that none are
        /// wanted.
        void onBytes(ByteBuf data);

        /// The socket has sent its end.
        void onSocketEnd();

        /// The socket is gone before both sides had ended.
        void onSocketLost();

        /// Nothing has moved for too long.
        void onIdle();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Splice.class);

    private final Channel channel;
    private final SocketOutput out;
    private final Owner owner;
    private final Duration idleTimeout;
    private final Deadline idle;
    private boolean inputEnded;
    private boolean outputEnded;

    /// @param out of the same channel
    public Splice(Channel channel, SocketOutput out, Owner owner, Duration idleTimeout) {
        this.channel = channel;
        this.owner = owner;
        this.out = out;
        this.idleTimeout = idleTimeout;
        this.idle = new Deadline(channel.eventLoop(), this::onIdle);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        idle.set(idleTimeout);
    }

    /// What started it is gone once both sides have ended: whatever is still to be written then is given up.
    private void onIdle() {
        if (inputEnded && outputEnded) {
            out.abort();
        } else {
            owner.onIdle();
        }
    }

    /// The stream whose bytes are written from now on.
    public void from(@Nullable Stream stream) {
        out.from(stream);
    }

    /// Takes ownership of bytes for the socket.
    public void write(ByteBuf data) {
        idle.set(idleTimeout);
        out.write(data);
    }

    /// Notes that `bytes` of the stream's were taken, for which credit is due once the system has taken them.
    public void creditOnFlush(int bytes) {
        out.creditOnFlush(bytes);
    }

    /// The stream has ended: so does this direction of the connection.
    public void end() {
        outputEnded = true;
        if (inputEnded) {
            out.closeAfterWrites();
        } else {
            out.shutDownAfterWrites();
        }
    }

    /// Ends the connection after everything written so far.
    public void close() {
        inputEnded = true;
        outputEnded = true;
        out.closeAfterWrites();
    }

    /// Ends the connection with a reset.
    public void abort() {
        inputEnded = true;
        outputEnded = true;
        out.abort();
    }

    /// Whether more of what the socket sends is wanted now. After its end there is nothing to read, and asking
    /// Netty's epoll transport to would close the connection as if its other direction had ended too.
    public void setReading(boolean wanted) {
        if (!inputEnded && wanted != channel.config().isAutoRead()) {
            channel.config().setAutoRead(wanted);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        idle.set(idleTimeout);
        owner.onBytes((ByteBuf) message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
            inputEnded = true;
            owner.onSocketEnd();
            if (outputEnded) {
                out.closeAfterWrites();
            } else {
                HalfClosed.watch(channel);
            }
        } else if (event instanceof ChannelOutputShutdownEvent && !outputEnded) {
            lost();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        idle.close();
        out.drop();
        if (!inputEnded || !outputEnded) {
            lost();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("Connection broke: {}", cause.getMessage());
        } else {
            LOG.error("Passing on bytes failed", cause);
        }
        lost();
    }

    private void lost() {
        boolean first = !inputEnded || !outputEnded;
        abort();
        if (first) {
            owner.onSocketLost();
        }
    }
}
