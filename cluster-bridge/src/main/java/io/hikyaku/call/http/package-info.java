/// HTTP ports, imported and exported: which version callers and targets speak, and the connections that are kept to
/// targets. Uses `io.hikyaku.call.http1` and `io.hikyaku.call.exchange`.
@NullMarked
package io.hikyaku.call.http;

import org.jspecify.annotations.NullMarked;
