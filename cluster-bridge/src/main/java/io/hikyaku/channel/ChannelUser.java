package io.hikyaku.channel;

import io.hikyaku.wire.Malformed;
import io.netty.buffer.ByteBuf;

/// The layer above one channel. It is there before the channel is open and may collect what to send; called on the
/// channel's event loop only.
public interface ChannelUser {
    /// Bytes of stream data that the other side may send at once when the channel opens; at least 64 KiB,
    /// or 0 if there is no memory for a channel: then none is opened.
    long initialCredit();

    /// The channel is open: packets can be filled.
    ///
    /// @param peerCredit bytes of stream data that the other side takes before it grants more
    void onOpen(Channel channel, long peerCredit);

    /// Bytes that [#fill] would write now, at most and roughly; 0 when there is nothing.
    int pendingBytes();

    /// Writes whole frames, at most `max` bytes of them.
    void fill(ByteBuf out, int max);

    /// Frames that arrived, in order and once. Borrowed: retain slices to keep them.
    ///
    /// @throws Malformed if they are not allowed; the channel is closed then
    void onPayload(ByteBuf payload);

    /// The other side takes `max` bytes of stream data in all, counted from the channel's start.
    void onCredit(long max);

    /// All packets with a number below `next` have arrived there, and what was in them has been taken.
    default void onAcknowledged(long next) {}

    /// Whether nothing is open, so that the channel may be closed when that lasts.
    boolean isIdle();

    /// The channel is gone, or never came to be.
    void onClosed(Closed closed);
}
