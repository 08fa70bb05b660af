package io.hikyaku.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/// TCP's own keepalive, so that the other end of a connection is missed within two minutes instead of two hours. What
/// is not read does not stop it: a caller that left while its upload stood still is found by nothing else.
final class TcpKeepalive {
    private static final int IDLE_SECONDS = 60;
    private static final int INTERVAL_SECONDS = 15;
    private static final int PROBES = 4;

    private static final Map<ChannelOption<Integer>, Integer> EPOLL = Map.of(
            EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS,
            EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
            EpollChannelOption.TCP_KEEPCNT, PROBES);

    private static final Map<ChannelOption<Integer>, Integer> NIO = Map.of(
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS,
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS,
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);

    private TcpKeepalive() {}

    /// For sockets that are dialled.
    ///
    /// @param epoll whether they are of the native transport
    static void apply(Bootstrap dialled, boolean epoll) {
        dialled.option(ChannelOption.SO_KEEPALIVE, true);
        (epoll ? EPOLL : NIO).forEach(dialled::option);
    }

    /// For sockets that are accepted.
    ///
    /// @param epoll whether they are of the native transport
    static void apply(ServerBootstrap listener, boolean epoll) {
        listener.childOption(ChannelOption.SO_KEEPALIVE, true);
        (epoll ? EPOLL : NIO).forEach(listener::childOption);
    }
}
