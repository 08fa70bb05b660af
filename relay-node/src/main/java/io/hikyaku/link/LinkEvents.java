package io.hikyaku.link;

import io.netty.buffer.ByteBuf;

/// What links tell the layer above, each link on its own event loop (over Kafka: on a thread that is always the same
/// for a link). For each link: one `onUp`, then packets, then one `onDown`.
public interface LinkEvents {
    /// The link is greeted and proven.
    void onUp(Link link);

    /// A packet with a valid header has arrived; LINK packets are not passed. Takes ownership.
    void onPacket(Link link, ByteBuf packet);

    /// What the link had queued has fallen below the lower mark of its limits after having been above it.
    void onDrained(Link link);

    /// Whether the link has not answered for longer than its round trip explains, so that others are better.
    default void onDoubt(Link link, boolean doubted) {}

    /// @param reason for logs and status
    void onDown(Link link, String reason);
}
