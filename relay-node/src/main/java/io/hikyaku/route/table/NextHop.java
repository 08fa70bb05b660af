package io.hikyaku.route.table;

import io.hikyaku.wire.NodeId;

/// Where packets for a node go next.
///
/// @param via the neighbour; the destination itself when it is attached or the path is direct
/// @param links how to get there
/// @param costMicros expected round trip to the destination
/// @param direct whether it was registered from outside and leads over no relay
public record NextHop(NodeId via, LinkGroup links, long costMicros, boolean direct) {
    /// Whether the other begins with the same hop.
    public boolean leadsLike(NextHop other) {
        return via.equals(other.via) && direct == other.direct;
    }

    /// Whether both lead over inboxes, and not the same one: what waits for the other may never be sent.
    public boolean changesInbox(NextHop other) {
        return direct && other.direct && !links.all()[0].equals(other.links.all()[0]);
    }

    /// Whether it is to be used only where there is no other: its first link does not answer, or a node on the path
    /// is about to stop.
    boolean isLastResort() {
        return costMicros >= Costs.LAST_RESORT;
    }

    /// The same path as announced by a node that is about to stop.
    public NextHop asLastResort() {
        return new NextHop(via, links, Costs.asLastResort(costMicros), direct);
    }
}
