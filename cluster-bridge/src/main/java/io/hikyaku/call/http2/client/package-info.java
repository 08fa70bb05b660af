/// The client side of HTTP/2, connections to targets: each stream an exchange, and how long to wait for a silent
/// target.
@NullMarked
package io.hikyaku.call.http2.client;

import org.jspecify.annotations.NullMarked;
