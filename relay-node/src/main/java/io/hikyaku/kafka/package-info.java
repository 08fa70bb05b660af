/// Kafka's client as its users here share it: settings, topics, failures in our own words, and how often they are
/// logged. Only this package and those below use Kafka's classes, so that a node without Kafka in its configuration
/// loads none of them.
@NullMarked
package io.hikyaku.kafka;

import org.jspecify.annotations.NullMarked;
