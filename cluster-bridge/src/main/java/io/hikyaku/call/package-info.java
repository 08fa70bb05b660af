/// Layer 5, what all calls share: the service port that is called, the problems that end a call, what is refused and
/// how it is counted. The packages below carry the calls; none of them knows peers, node ids or packets.
@NullMarked
package io.hikyaku.call;

import org.jspecify.annotations.NullMarked;
