/// HTTP/1.1 (RFC 9112) on both sides of a call: callers' connections and connections to targets. Every message is
/// parsed into its structure and written anew from it, never passed on as bytes nobody has read. Uses
/// `io.hikyaku.call.exchange`.
@NullMarked
package io.hikyaku.call.http1;

import org.jspecify.annotations.NullMarked;
