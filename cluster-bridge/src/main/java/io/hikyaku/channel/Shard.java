package io.hikyaku.channel;

import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.loop.Loop;
import io.hikyaku.route.PacketSender;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBufAllocator;

/// What all channels of one event loop have in common.
///
/// @param index which event loop, from 0
/// @param count how many the node has
/// @param limits the configured limits
/// @param identity what handshakes prove
/// @param loop clock, timers and turns of this event loop
/// @param out takes packets, with their ownership
/// @param allocator for packet buffers; heap buffers are used
/// @param counters shared by all shards
public record Shard(
        int index,
        int count,
        ChannelLimits limits,
        CurrentIdentity identity,
        Loop loop,
        PacketSender out,
        ByteBufAllocator allocator,
        ChannelCounters counters) {
    NodeId self() {
        return identity.node();
    }
}
