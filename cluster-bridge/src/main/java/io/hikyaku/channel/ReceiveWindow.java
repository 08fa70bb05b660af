package io.hikyaku.channel;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import org.jspecify.annotations.Nullable;

/// Puts packets back in order (PROTOCOL.md §5.4): what comes before its turn is kept, within two bounds. Owns what it
/// keeps.
final class ReceiveWindow {
    /// What to do with a packet of a given sequence.
    public enum Place {
        /// It is the next one.
        NEXT,
        /// It is early, and there is room for it.
        EARLY,
        /// It is a duplicate.
        DUPLICATE,
        /// It is too far ahead to be kept.
        OUTSIDE
    }

    private final int maxPackets;
    private final long maxBytes;
    private final LongObjectMap<ByteBuf> early = new LongObjectHashMap<>();
    private long earlyBytes;
    private long next;

    /// @param maxPackets how far ahead of the next one a packet may be
    /// @param maxBytes how many bytes of early packets are kept
    ReceiveWindow(int maxPackets, long maxBytes) {
        this.maxPackets = maxPackets;
        this.maxBytes = maxBytes;
    }

    /// Every packet below has arrived.
    long next() {
        return next;
    }

    boolean hasGap() {
        return !early.isEmpty();
    }

    Place placeOf(long sequence) {
        if (sequence < next) {
            return Place.DUPLICATE;
        }
        if (sequence == next) {
            return Place.NEXT;
        }
        if (sequence - next >= maxPackets || earlyBytes >= maxBytes) {
            return Place.OUTSIDE;
        }
        return early.containsKey(sequence) ? Place.DUPLICATE : Place.EARLY;
    }

    /// Keeps an early packet.
    void keep(long sequence, ByteBuf plaintext) {
        early.put(sequence, plaintext);
        earlyBytes += plaintext.readableBytes();
    }

    /// Counts the next packet as arrived; the packet after it, if it was kept, is returned and comes next.
    @Nullable
    ByteBuf advance() {
        next++;
        ByteBuf following = early.remove(next);
        if (following != null) {
            earlyBytes -= following.readableBytes();
        }
        return following;
    }

    void release() {
        early.values().forEach(ByteBuf::release);
        early.clear();
        earlyBytes = 0;
    }
}
