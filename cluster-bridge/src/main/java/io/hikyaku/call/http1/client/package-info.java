/// The client side of HTTP/1.1, connections to targets: one exchange at a time, and the tunnel of a WebSocket.
@NullMarked
package io.hikyaku.call.http1.client;

import org.jspecify.annotations.NullMarked;
