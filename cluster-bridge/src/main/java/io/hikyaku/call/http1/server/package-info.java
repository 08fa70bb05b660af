/// The server side of HTTP/1.1, callers' connections: one request after the other, each an exchange, and the tunnel of
/// a WebSocket.
@NullMarked
package io.hikyaku.call.http1.server;

import org.jspecify.annotations.NullMarked;
