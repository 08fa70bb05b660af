/// Packets over Kafka: an inbox of another cluster is a packet sink, one's own inbox a source. It knows topics and
/// offsets; of packets it knows the clear header.
@NullMarked
package io.hikyaku.kafka.transport;

import org.jspecify.annotations.NullMarked;
