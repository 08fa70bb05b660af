/// Kafka as a transport: a topic partition is a neighbour, a record is a packet. The only package with classes of
/// Kafka's client, so that a node without Kafka in its configuration loads none of them. It knows topics and
/// offsets; of packets it knows the clear header, of documents nothing.
@NullMarked
package io.hikyaku.link.kafka;

import org.jspecify.annotations.NullMarked;
