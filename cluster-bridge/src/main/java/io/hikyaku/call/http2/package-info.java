/// What connections in HTTP/2 (RFC 9113) share on both sides of a call. Frames, HPACK and flow control are Netty's;
/// what may pass is decided here.
@NullMarked
package io.hikyaku.call.http2;

import org.jspecify.annotations.NullMarked;
