package io.hikyaku.link;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.netty.channel.WriteBufferWaterMark;

/// Times and bounds of links.
///
/// @param limits of dialling, greeting and keepalive
/// @param highMark waiting bytes above which [LinkEvents#onDrained] is owed
/// @param lowMark waiting bytes below which it is given
/// @param maxQueued waiting bytes beyond which the link is closed: a sender that does not look must not fill the memory
public record LinkSettings(LinkLimits limits, int highMark, int lowMark, long maxQueued) {
    private static final int SOCKET_HIGH = 1 << 20;
    private static final int SOCKET_LOW = 512 << 10;

    /// The marks are those by which the router pauses and resumes the sources of a destination.
    public static LinkSettings of(LinkLimits limits, RouteLimits route) {
        return new LinkSettings(
                limits,
                route.pauseAbove().toInt(),
                route.resumeBelow().toInt(),
                2 * route.linkQueue().bytes());
    }

    /// How much the socket is handed at once; the rest waits where it is counted. Small marks would make a
    /// forwarding node stop and start with every packet.
    public WriteBufferWaterMark socketMarks() {
        return new WriteBufferWaterMark(Math.min(SOCKET_LOW, lowMark), Math.min(SOCKET_HIGH, highMark));
    }
}
