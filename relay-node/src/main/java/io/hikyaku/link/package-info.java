/// Layer 1: a packet to a neighbour, over TLS, WebSocket or Kafka. A link knows sockets and topics, who its neighbour
/// is and whether it lives; it does not know whom a packet is finally for.
@NullMarked
package io.hikyaku.link;

import org.jspecify.annotations.NullMarked;
