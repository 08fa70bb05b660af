/// From a name to a connection: all addresses that the system knows for it, tried the one beside the other. Knows
/// sockets, and nothing of links or calls.
@NullMarked
package io.hikyaku.names;

import org.jspecify.annotations.NullMarked;
