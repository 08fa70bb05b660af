/// Layer 2: a packet for a node id, and the next hop to it. Routing knows links and node ids; it never looks into a
/// body that is not its own, and holds no state per stream.
@NullMarked
package io.hikyaku.route;

import org.jspecify.annotations.NullMarked;
