/// Layer 1: a packet to a neighbour. What the layer above sees of a link: which node is at its other end, what can be
/// sent, and what it reports. A link is one kind of [PacketSink]; an inbox in Kafka is the other.
@NullMarked
package io.hikyaku.link;

import org.jspecify.annotations.NullMarked;
