package io.hikyaku.node.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The open connections of the admin server, a bounded number. A newcomer is always let in, and the connection that has
/// been silent longest is reset to make room: one that never asks, asks a byte a second, or does not read its answer
/// holds a place only as long as nobody else wants it. The other way round, a few silent connections would keep out the
/// probe on whose answer the life of the process depends. Thread-safe.
final class AdminConnections {
    /// Fewer than [io.hikyaku.net.AcceptLimiter] keeps descriptors in reserve.
    static final int MAX = 48;

    private static final boolean BY_LAST_USE = true;

    private final Map<HttpConnection, Boolean> open = new LinkedHashMap<>(2 * MAX, 0.75f, BY_LAST_USE);

    /// Takes a newcomer in.
    synchronized void enter(HttpConnection newcomer) {
        if (open.size() >= MAX) {
            Iterator<HttpConnection> longestSilent = open.keySet().iterator();
            HttpConnection leaving = longestSilent.next();
            longestSilent.remove();
            reset(leaving);
        }
        open.put(newcomer, true);
    }

    /// It has asked something, or has taken its answer.
    synchronized void touch(HttpConnection connection) {
        open.replace(connection, true);
    }

    synchronized void leave(HttpConnection connection) {
        open.remove(connection);
    }

    /// Vert.x closes only when all is written, which a peer that does not read can prevent.
    static void reset(HttpConnection connection) {
        if (connection instanceof HttpServerConnection ours) {
            Channel socket = ours.channelHandlerContext().channel();
            socket.eventLoop().execute(() -> {
                socket.config().setOption(ChannelOption.SO_LINGER, 0);
                socket.unsafe().close(socket.voidPromise());
            });
        } else {
            connection.close();
        }
    }
}
