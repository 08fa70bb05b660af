/// The event loops and sockets of a process: the transport, keepalives, and which connections are let in when there are
/// many. Knows nothing of links or calls.
@NullMarked
package io.hikyaku.net;

import org.jspecify.annotations.NullMarked;
