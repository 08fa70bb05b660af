package io.hikyaku.net.name;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/// Connects to a host and port from one event loop: to a name by all of its addresses ("Happy Eyeballs", RFC 8305),
/// those that recently did not answer last. Belongs to its event loop.
public final class Connector {
    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final InetSocketAddress to;
    private final Duration timeout;
    private final AddressMemory memory = new AddressMemory();

    /// @param bootstrap of this event loop, with a resolver, and a handler that suits several connections of which
    ///     all but one are closed again
    /// @param host a name or an address
    /// @param timeout for all of it: finding the addresses and trying each
    public Connector(Bootstrap bootstrap, EventLoop loop, String host, int port, Duration timeout) {
        this.bootstrap = bootstrap;
        this.loop = loop;
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        this.to =
                literal == null ? InetSocketAddress.createUnresolved(host, port) : new InetSocketAddress(literal, port);
        this.timeout = timeout;
    }

    /// @return a connection; cancelling it closes what is in progress. It fails as the last address did, with
    ///     [java.net.UnknownHostException] if there is none, and with [io.netty.channel.ConnectTimeoutException]
    ///     when the time is over. Completed on the event loop.
    public Future<Channel> connect() {
        AddressRace race = new AddressRace(bootstrap, loop, to, timeout, memory);
        if (loop.inEventLoop()) {
            race.start();
        } else {
            loop.execute(race::start);
        }
        return race.winner();
    }

    /// The connection turned out to be of no use: another address is tried first for a while.
    ///
    /// @param connection from [#connect], closed or not
    public void onUseless(Channel connection) {
        if (connection.remoteAddress() instanceof InetSocketAddress address) {
            memory.onFailure(address, loop.ticker().nanoTime());
        }
    }
}
