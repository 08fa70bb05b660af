package io.hikyaku.channel;

import io.hikyaku.wire.Malformed;
import io.netty.buffer.ByteBuf;

/// The layer above one channel. It is there before the channel is open and may collect what to send; called on the
/// channel's event loop only.
public interface ChannelUser {
    /// Bytes that each stream which the other side opens may send before it is granted more, when the channel
    /// opens; 0 if there is no memory for any: then no channel is opened.
    int initialCredit();

    /// The channel is open: packets can be filled.
    ///
    /// @param initialCredit bytes that streams opened here may send before the other side grants more
    void onOpen(Channel channel, int initialCredit);

    /// Bytes that [#fill] would write now, at most and roughly; 0 when there is nothing.
    int pendingBytes();

    /// Writes whole frames, at most `max` bytes of them.
    ///
    /// @return how many bytes it wrote
    int fill(ByteBuf out, int max);

    /// Frames that arrived, in order and once. Borrowed: retain slices to keep them.
    ///
    /// @throws Malformed if they are not allowed; the channel is closed then
    void onPayload(ByteBuf payload);

    /// Streams opened here from now on may send this many bytes before the other side grants more.
    void onInitialCredit(int bytes);

    /// All packets with a number below `next` have arrived at the other side, and what was in them has been taken.
    default void onAcknowledged(long next) {}

    /// Whether nothing is open, so that the channel may be closed when that lasts.
    boolean isIdle();

    /// The channel is gone, or never came up.
    void onClosed(Closed closed);
}
