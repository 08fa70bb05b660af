/// The event loops and sockets of a process: the transport, keepalives, and who comes in when many want to. Knows
/// nothing of links or calls.
@NullMarked
package io.hikyaku.net;

import org.jspecify.annotations.NullMarked;
