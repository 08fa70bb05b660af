package io.hikyaku.route.table;

import io.hikyaku.config.limits.RouteLimits;

/// The lengths of a sink's queue between which those that fill it pause: the sources of others' packets, and this
/// node's own channels. A sink that reports draining by other marks leaves those that wait to the next check.
///
/// @param fullAbove bytes queued above which they pause
/// @param drainedAt bytes queued at which they may go on
public record QueueMarks(long fullAbove, long drainedAt) {
    /// A socket's queue is kept short, since small calls wait behind what is in it.
    public static QueueMarks ofLink(RouteLimits limits) {
        return new QueueMarks(limits.pauseAbove().bytes(), limits.resumeBelow().bytes());
    }

    /// What is queued for an inbox includes what is in flight to the broker, and only this node queues there. So
    /// the queue has to cover the round trip, yet leaves a quarter for handshakes, which are dropped where it is
    /// full.
    public static QueueMarks ofInbox(RouteLimits limits) {
        long whole = limits.linkQueue().bytes();
        return new QueueMarks(whole / 4 * 3, whole / 2);
    }
}
