/// Packets over Kafka: another cluster's inbox is a packet sink, this cluster's own inbox a source. Knows topics and
/// offsets, and of packets the clear header.
@NullMarked
package io.hikyaku.kafka.transport;

import org.jspecify.annotations.NullMarked;
