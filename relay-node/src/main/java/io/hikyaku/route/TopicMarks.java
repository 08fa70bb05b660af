package io.hikyaku.route;

import io.hikyaku.config.RouteLimits;

/// Between which lengths of a topic's queue this node's own channels wait for it. It has to cover the way to the broker
/// and back, yet leaves a quarter for handshakes, which are dropped where it is full. A link that tells of its draining
/// by other marks leaves those who wait to the next check.
///
/// @param fullAbove bytes queued above which channels wait
/// @param drainedAt bytes queued at which they may go on
public record TopicMarks(long fullAbove, long drainedAt) {
    public static TopicMarks of(RouteLimits limits) {
        long whole = limits.linkQueue().bytes();
        return new TopicMarks(whole / 4 * 3, whole / 2);
    }
}
