package io.hikyaku.kafka.transport;

/// Where packets for this node are read: what its registry document announces. From the moment that one of these
/// is made, nothing that is written there is missed.
///
/// @param partition from 0
public record Inbox(String topic, int partition) {}
