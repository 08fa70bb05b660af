package io.hikyaku.channel;

import java.util.concurrent.atomic.LongAdder;

/// What the channels of a process count. Shared by all event loops; read by the metrics.
public final class ChannelCounters {
    public final LongAdder opened = new LongAdder();
    public final LongAdder closed = new LongAdder();
    public final LongAdder handshakesFailed = new LongAdder();
    public final LongAdder packetsSent = new LongAdder();
    public final LongAdder packetsReceived = new LongAdder();
    public final LongAdder bytesSent = new LongAdder();
    public final LongAdder bytesReceived = new LongAdder();
    /// Packets that arrived again.
    public final LongAdder duplicates = new LongAdder();
    /// Packets that arrived before one with a lower number.
    public final LongAdder reordered = new LongAdder();
    /// Packets that were not made with the key, or that were changed on the path.
    public final LongAdder unauthentic = new LongAdder();
    /// Packets for a channel that is not there, or too far ahead.
    public final LongAdder stray = new LongAdder();
}
