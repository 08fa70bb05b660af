package io.hikyaku.link.dial;

import io.hikyaku.link.LinkSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;

/// The options of every socket of a link, whichever side opened it.
final class SocketOptions {
    private SocketOptions() {}

    static void apply(Bootstrap dialled, LinkSettings settings) {
        dialled.option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, settings.socketMarks());
    }

    static void apply(ServerBootstrap listener, LinkSettings settings) {
        listener.option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, settings.socketMarks());
    }
}
