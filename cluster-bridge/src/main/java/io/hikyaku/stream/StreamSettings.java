package io.hikyaku.stream;

import io.hikyaku.config.ChannelLimits;
import io.hikyaku.config.StreamLimits;

/// What the streams of all channels of a process have in common.
///
/// @param window bytes that the other side of a stream may be ahead of its reader, to start with
/// @param maxChannelWindow what a channel's window, and a stream's within it, may grow to, in bytes
/// @param maxStreams streams that the other side of a channel may have open
/// @param budget what windows are granted against
/// @param counters shared by all channels
public record StreamSettings(
        long window, long maxChannelWindow, int maxStreams, MemoryBudget budget, StreamCounters counters) {
    public static StreamSettings of(
            StreamLimits stream, ChannelLimits channel, MemoryBudget budget, StreamCounters counters) {
        return new StreamSettings(
                stream.window().bytes(), channel.window().bytes(), channel.maxStreams(), budget, counters);
    }
}
