package io.hikyaku.channel;

/// How many bytes of a channel are in flight: sent and not acknowledged. Belongs to its event loop.
final class BytesInFlight {
    /// Bytes sent up to and with a packet, by its number modulo the size.
    private final long[] sentWith;

    private long sent;
    private long acknowledged;

    /// @param maxPackets in flight at once. If there are more (bare acknowledgements are sent all the same), some
    ///     bytes are taken to have arrived too early, but none too late
    BytesInFlight(int maxPackets) {
        sentWith = new long[Integer.highestOneBit(Math.max(1, 2 * maxPackets - 1))];
    }

    void onSent(long packet, int bytes) {
        sent += bytes;
        sentWith[at(packet)] = sent;
    }

    /// All packets below `next` have arrived.
    void onAcknowledged(long next) {
        acknowledged = sentWith[at(next - 1)];
    }

    long bytes() {
        return sent - acknowledged;
    }

    private int at(long packet) {
        return (int) packet & sentWith.length - 1;
    }
}
