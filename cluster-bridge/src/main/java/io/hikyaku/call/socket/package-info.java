/// The two ends of a socket that a call has: bytes out with their bound, bytes to a stream, half-closed sockets, and
/// two of them spliced. Knows streams, and nothing of HTTP.
@NullMarked
package io.hikyaku.call.socket;

import org.jspecify.annotations.NullMarked;
