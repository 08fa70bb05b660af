/// One connection from greeting to goodbye (PROTOCOL.md §3), over TLS or WebSocket: framing, proof, keepalive and the
/// queue of what is to be sent.
@NullMarked
package io.hikyaku.link.session;

import org.jspecify.annotations.NullMarked;
