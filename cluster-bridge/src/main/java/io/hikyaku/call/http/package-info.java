/// HTTP/1.1 on both sides of a call: the listener that callers speak to, and the connections to targets. Every message
/// is parsed into its structure and written anew from it, never passed on as bytes nobody has read. Uses
/// `io.hikyaku.call`.
@NullMarked
package io.hikyaku.call.http;

import org.jspecify.annotations.NullMarked;
