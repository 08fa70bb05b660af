/// Documents of nodes over Kafka: a compacted topic for each cluster, read and written as opaque bytes.
@NullMarked
package io.hikyaku.kafka.registry;

import org.jspecify.annotations.NullMarked;
