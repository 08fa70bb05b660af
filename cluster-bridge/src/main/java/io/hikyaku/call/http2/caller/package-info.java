/// Callers' connections in HTTP/2: each stream an exchange, its window, and what a caller may reset and send.
@NullMarked
package io.hikyaku.call.http2.caller;

import org.jspecify.annotations.NullMarked;
