package io.hikyaku.link;

import io.hikyaku.wire.link.LinkFrame.Goodbye;

/// A connection to one neighbour that is up: greeted and proven. Packets arrive at the other end whole, in order and at
/// most once while the link lives; what is in flight when it dies is lost.
public interface Link extends PacketSink {
    Neighbour neighbour();

    /// Whether this node dialled it.
    boolean dialled();

    /// Which of this node's event loops carries it, from 0. The side that dialled a link numbers it: on the
    /// dialling side that is this shard, on the accepting side [Neighbour#shard()], so both ends choose alike for a
    /// channel.
    int shard();

    /// Asks the other end whether it is alive, and has the link doubted soon if it does not answer; see
    /// [LinkEvents#onDoubt]. Any thread.
    default void probe() {}

    /// Says goodbye and closes. Any thread; returns at once, [LinkEvents#onDown] follows.
    void close(Goodbye.Code code, String detail);
}
