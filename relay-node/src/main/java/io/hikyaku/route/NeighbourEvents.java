package io.hikyaku.route;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RegistryFrame;

/// What routing tells the registry, which floods over the same links. All calls come on the control loop.
public interface NeighbourEvents {
    /// A neighbour's first link is up, or the one named before went down and this one takes its place: in both
    /// cases the neighbour may have missed anything sent before.
    ///
    /// @param link the one for frames to this neighbour, until the next call
    void onNeighbourUp(Neighbour neighbour, Link link);

    /// The neighbour's last link is down.
    void onNeighbourDown(NodeId node);

    void onRegistryFrame(Neighbour from, RegistryFrame frame);

    /// What was queued on a link of the neighbour has drained.
    void onDrained(NodeId node);

    /// A neighbour delivers to the node now, or none does any more; paths over Kafka do not count. The neighbours
    /// are a sign that the node lives, since relays notice soon when a link is dead.
    void onVouched(NodeId node, boolean now);
}
