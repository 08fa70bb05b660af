package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;

/// Limits of different groups that cannot work together, each with both keys. What holds within a group is checked
/// where the group is.
final class LimitRules {
    /// A packet of the largest size: a queue is not looked at below it.
    private static final DataSize ONE_PACKET = DataSize.ofKiB(64);

    private LimitRules() {}

    /// Of both programs.
    static Rules ofNode(Rules rules, RouteLimits route) {
        return rules.require(
                route.pauseAbove().compareTo(ONE_PACKET) >= 0,
                route.pauseAbove() + " is less than one packet may hold, " + ONE_PACKET,
                "route.pauseAbove");
    }

    /// Of a bridge.
    ///
    /// @param budget of the process
    static Rules ofBridge(
            Rules rules,
            LinkLimits link,
            RouteLimits route,
            ChannelLimits channel,
            StreamLimits stream,
            CallLimits call,
            DataSize budget) {
        return ofNode(rules, route)
                .atMost("stream.window", stream.window(), "channel.window", channel.window())
                .atMost("channel.window", channel.window(), "budget", budget)
                // A head is kept until it is whole, so all of it has to fit into what is never kept for new streams.
                .atMostAQuarter("call.maxHeaderSize", call.maxHeaderSize(), "channel.window", channel.window())
                // A dead link has to be noticed before the channels that could take another path are given up.
                .below("link.keepaliveInterval", link.keepaliveInterval(), "channel.deadAfter", channel.deadAfter());
    }
}
