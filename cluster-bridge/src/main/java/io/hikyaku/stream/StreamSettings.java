package io.hikyaku.stream;

import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.limits.StreamLimits;
import io.hikyaku.stream.credit.MemoryBudget;

/// What the streams of all channels of a process have in common.
///
/// @param window the most bytes that the other side of a stream may be ahead of its reader, to start with
/// @param channelWindow bytes of all windows of a channel's streams together, and of what they have queued to be sent
/// @param maxStreams streams that the other side of a channel may have open
/// @param budget what windows are granted against
/// @param counters shared by all channels
public record StreamSettings(
        long window, long channelWindow, int maxStreams, MemoryBudget budget, StreamCounters counters) {
    public static StreamSettings of(
            StreamLimits stream, ChannelLimits channel, MemoryBudget budget, StreamCounters counters) {
        return new StreamSettings(
                stream.window().bytes(), channel.window().bytes(), channel.maxStreams(), budget, counters);
    }
}
