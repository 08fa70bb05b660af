package io.hikyaku.route;

import io.hikyaku.wire.NodeId;

/// Where packets for a node go next.
///
/// @param via the neighbour; the destination itself when it is attached or the way is direct
/// @param links how to get there
/// @param costMicros expected round trip to the destination
/// @param direct whether it was registered from outside and leads over no relay
record Way(NodeId via, Bundle links, long costMicros, boolean direct) {
    /// The same way as a node announces it that is about to stop.
    Way asLastResort() {
        return new Way(via, links, Costs.asLastResort(costMicros), direct);
    }
}
