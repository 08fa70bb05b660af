/// Documents in the records of Kafka's registry topics, without Kafka: what each record means and what is requested
/// again.
@NullMarked
package io.hikyaku.registry.topic;

import org.jspecify.annotations.NullMarked;
