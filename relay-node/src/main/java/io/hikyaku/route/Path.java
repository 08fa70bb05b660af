package io.hikyaku.route;

import io.hikyaku.wire.NodeId;

/// How packets of this node reach another one now, for status.
///
/// @param via the neighbour they go to first; the destination itself when it is attached or the path is direct
/// @param link the name of a link to it
/// @param costMicros expected round trip in microseconds
/// @param direct whether the path leads over a topic and no relay
public record Path(NodeId via, String link, long costMicros, boolean direct) {}
