/// Layer 5, what HTTP and TCP share: listeners for imports, dispatch to exports, the attempts of a call at exporters,
/// and the two ends of a socket. Knows streams and policy; neither peers, nor node ids, nor packets.
@NullMarked
package io.hikyaku.call;

import org.jspecify.annotations.NullMarked;
