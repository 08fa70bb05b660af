package io.hikyaku.link;

import io.netty.buffer.ByteBuf;

/// What links tell the layer above, each link on its own event loop. For each link: one `onUp`, then packets, then one
/// `onDown`.
public interface LinkEvents extends PacketSinkEvents {
    /// The link is greeted and proven.
    void onUp(Link link);

    /// A packet with a valid header has arrived, whose source the neighbour may use ([Neighbour#maySend]); LINK
    /// packets are not passed. Takes ownership.
    void onPacket(Link link, ByteBuf packet);

    /// Whether the link has not answered for longer than its round trip explains, so that others are better.
    default void onDoubt(Link link, boolean doubted) {}
}
