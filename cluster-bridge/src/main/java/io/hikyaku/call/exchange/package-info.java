/// The two ends of an HTTP exchange, each between a stream and a connection of whatever version, and the interfaces by
/// which connections of both versions meet them. Uses `io.hikyaku.call.http` and `io.hikyaku.call.attempt`.
@NullMarked
package io.hikyaku.call.exchange;

import org.jspecify.annotations.NullMarked;
