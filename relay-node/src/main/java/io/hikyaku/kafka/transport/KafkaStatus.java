package io.hikyaku.kafka.transport;

import java.util.Optional;

/// The state of the transport, for status and metrics. Counts are since the start of the process.
///
/// @param brokers as configured
/// @param inbox where this node reads, once it does
/// @param up whether brokers answer both what is sent and what is read
/// @param failure what is wrong if it is not up, or makes it slow
/// @param roundTripMicros smoothed time from a record to its acknowledgement, −1 before the first
/// @param queuedBytes of packets that no broker has acknowledged yet: in the client, or waiting for it
/// @param received packets for this node
/// @param foreign records for other nodes that share the partition
/// @param malformed records that are no packets, or of a kind that no record may be
/// @param lost packets that could not be delivered in time
/// @param refused packets that a broker refused: for a missing right, their size, or the topic's settings
public record KafkaStatus(
        String brokers,
        Optional<Inbox> inbox,
        boolean up,
        Optional<String> failure,
        long roundTripMicros,
        long queuedBytes,
        long received,
        long foreign,
        long malformed,
        long lost,
        long refused) {}
