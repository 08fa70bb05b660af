/// A call's sockets: bounded output, bytes to a stream, half-closed sockets, and a socket spliced to a stream. Knows
/// streams, and nothing of HTTP.
@NullMarked
package io.hikyaku.call.socket;

import org.jspecify.annotations.NullMarked;
