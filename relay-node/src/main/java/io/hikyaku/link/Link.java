package io.hikyaku.link;

import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.netty.buffer.ByteBuf;

/// One way to one neighbour that is up: greeted and proven. Packets arrive at the other end whole, in order and at most
/// once while the link lives (over Kafka: possibly repeated or reordered); what is under way when it dies is lost.
public interface Link {
    Neighbour neighbour();

    /// How people call it: the URL or topic, for logs and status.
    String name();

    /// Whether this node dialled it.
    boolean dialled();

    /// Which of this node's event loops carries it, from 0. Whoever dialled a link numbers it: on the dialling side
    /// that is this shard, on the accepting side [Neighbour#shard()], so both ends choose alike for a channel.
    int shard();

    /// Sends one packet, header and body, and takes ownership of it. May be called from any thread. All packets
    /// sent within one event-loop turn leave together. Never blocks and never refuses: whoever sends looks at
    /// [#queuedBytes()] first. After the link went down the packet is released.
    void send(ByteBuf packet);

    /// Bytes taken by [#send] that have not yet gone to the kernel (or broker client); any thread.
    long queuedBytes();

    /// The largest packet that it takes, header and body, in bytes; any thread. May change.
    default int maxPacketBytes() {
        return Integer.MAX_VALUE;
    }

    /// Smoothed round trip of the keepalive in microseconds, or −1 before the first measurement; any thread.
    long roundTripMicros();

    /// Asks the other end whether it lives, and has it doubted soon if it does not answer; see
    /// [LinkEvents#onDoubt]. Any thread.
    default void probe() {}

    /// Says goodbye and closes. Any thread; returns at once, [LinkEvents#onDown] follows.
    void close(Goodbye.Code code, String detail);
}
