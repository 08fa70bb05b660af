/// Callers' connections in HTTP/1.1: one request after the other, each an exchange, and the tunnel of a WebSocket.
@NullMarked
package io.hikyaku.call.http1.caller;

import org.jspecify.annotations.NullMarked;
