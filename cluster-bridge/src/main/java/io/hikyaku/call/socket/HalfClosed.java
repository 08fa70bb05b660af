package io.hikyaku.call.socket;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Watches a connection whose other side has sent its end, and closes it once that side is gone altogether. Netty would
/// notice only at the next write, since nothing can be read any more. A side that has closed its socket looks like one
/// that has only ended its half, until its system forgets the socket, after a minute or so: from then on it answers our
/// system's keepalive with a reset. Without epoll there is nothing to look at, and the time limits of calls have to do.
/// Belongs to the connection's event loop.
public final class HalfClosed implements Runnable {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int KEEPALIVE_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 6;
    /// TCP_CLOSE in Linux's `tcp_states.h`.
    private static final int CLOSED = 7;

    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf(HalfClosed.class, "watched");

    private final EpollSocketChannel channel;
    private final EpollTcpInfo info = new EpollTcpInfo();

    private HalfClosed(EpollSocketChannel channel) {
        this.channel = channel;
    }

    /// To be called when the other side's end has come; once is enough.
    public static void watch(Channel connection) {
        if (connection instanceof EpollSocketChannel channel
                && channel.isOpen()
                && channel.attr(WATCHED).getAndSet(true) == null) {
            channel.config().setKeepAlive(true);
            channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS);
            channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS);
            channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_COUNT);
            new HalfClosed(channel).lookLater();
        }
    }

    private void lookLater() {
        channel.eventLoop().schedule(this, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        if (!channel.isOpen()) {
            return;
        }
        channel.tcpInfo(info);
        if (info.state() == CLOSED) {
            SocketOutput.abort(channel);
        } else {
            lookLater();
        }
    }
}
