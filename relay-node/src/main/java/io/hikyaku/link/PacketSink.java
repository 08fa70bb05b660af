package io.hikyaku.link;

import io.netty.buffer.ByteBuf;

/// Something that packets can be sent to: a link to a neighbour, or an inbox that a node reads in Kafka.
public interface PacketSink {
    /// Its name for people: the URL, or the topic and partition, for logs and status.
    String name();

    /// Sends one packet, header and body, and takes ownership of it. May be called from any thread. All packets
    /// sent within one event-loop turn leave together. Never blocks and never refuses: the caller looks at
    /// [#queuedBytes()] first. After it was closed packets are released.
    void send(ByteBuf packet);

    /// Bytes taken by [#send] that have not yet gone to the kernel (or been acknowledged by the broker); any
    /// thread.
    long queuedBytes();

    /// The largest packet that it takes, header and body, in bytes; any thread. May change.
    default int maxPacketBytes() {
        return Integer.MAX_VALUE;
    }

    /// Smoothed round trip to the other end in microseconds, or −1 before the first measurement; any thread.
    long roundTripMicros();
}
