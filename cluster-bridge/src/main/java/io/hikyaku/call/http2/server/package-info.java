/// The server side of HTTP/2, callers' connections: each stream an exchange; the window of each request, and what a
/// caller may reset and send.
@NullMarked
package io.hikyaku.call.http2.server;

import org.jspecify.annotations.NullMarked;
