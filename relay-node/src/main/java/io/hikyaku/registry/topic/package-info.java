/// Documents in the records of Kafka's registry topics, without Kafka: what each record means and what is asked for
/// anew.
@NullMarked
package io.hikyaku.registry.topic;

import org.jspecify.annotations.NullMarked;
