/// Opaque TCP on both sides of a call: a connection becomes a stream and a stream a connection, bytes, ends and resets
/// as they are. Uses `io.hikyaku.call`.
@NullMarked
package io.hikyaku.call.tcp;

import org.jspecify.annotations.NullMarked;
