package io.hikyaku.wire.route;

import io.hikyaku.wire.NodeId;

/// From a node on the path, to the source of packets: the body of a packet of kind PUSH_BACK (PROTOCOL.md §4.4). The
/// sender is not authenticated to the channel's ends: push-back can slow or end what passes through that node anyway,
/// and no more.
public sealed interface PushBack {
    /// The node whose packets it is about.
    NodeId destination();

    /// Send nothing more to this node until RESUME, or until `millis` have passed.
    ///
    /// @param millis at most 60,000
    record Pause(NodeId destination, int millis) implements PushBack {
        public Pause {
            if (millis < 0 || millis > MAX_PAUSE_MILLIS) { // §4.4
                throw new IllegalArgumentException("Pause of " + millis + " ms");
            }
        }
    }

    /// Go on.
    record Resume(NodeId destination) implements PushBack {}

    /// At least one packet of this channel to this node was dropped, or there is no path to it.
    ///
    /// @param unreachable whether there is no path to the node at all
    record Dropped(NodeId destination, long channel, boolean unreachable) implements PushBack {}

    int MAX_PAUSE_MILLIS = 60_000;
}
