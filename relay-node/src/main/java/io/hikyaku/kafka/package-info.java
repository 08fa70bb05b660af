/// Kafka's client as its users here share it: settings, topics, failures in our own words, and what is said about them
/// how often. This package and those below are the only ones with classes of Kafka, so that a node without Kafka in its
/// configuration loads none of them.
@NullMarked
package io.hikyaku.kafka;

import org.jspecify.annotations.NullMarked;
