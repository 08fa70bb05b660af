/// HTTP/2 (RFC 9113) on both sides of a call: callers' connections, told by their preface, and connections to targets.
/// Frames, HPACK and flow control are Netty's; what may pass is decided here. Uses `io.hikyaku.call.exchange`.
@NullMarked
package io.hikyaku.call.http2;

import org.jspecify.annotations.NullMarked;
