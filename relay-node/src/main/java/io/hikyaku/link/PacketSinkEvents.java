package io.hikyaku.link;

/// What a [PacketSink] tells the layer above, on an event loop.
public interface PacketSinkEvents {
    /// What was queued has fallen below the lower mark of its limits after having been above it.
    void onDrained(PacketSink sink);

    /// It takes no more packets; the last call about it.
    ///
    /// @param reason for logs and status
    void onDown(PacketSink sink, String reason);
}
