package io.hikyaku.call.socket;

import io.hikyaku.call.Violation;
import io.netty.channel.Channel;

/// Serves the connections that a listener accepts, in one protocol. Called on each connection's event loop.
public interface SocketService {
    /// Fired through the pipeline of each connection when the bridge is about to stop: running calls may end, and
    /// nothing new is to begin.
    record Draining() {}

    /// Puts its handlers into the pipeline; the connection may have been open for a while, unread.
    void serve(Channel socket);

    /// Turns away a connection above a cap, and closes it.
    ///
    /// @param cap which one
    void turnAway(Channel socket, Violation cap);
}
