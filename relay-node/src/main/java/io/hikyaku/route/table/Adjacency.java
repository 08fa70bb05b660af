package io.hikyaku.route.table;

import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RoutingFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A neighbour with at least one link: its links, what it costs to reach, what it told us and what it has yet to be
/// told. Touched only by the control loop.
public final class Adjacency {
    /// Most nodes that one neighbour may claim to reach.
    public static final int MAX_REACH = 20_000;

    /// What status shows of a neighbour; any thread.
    public record View(Neighbour neighbour, List<LinkEgress> links) {}

    private final Neighbour neighbour;
    private final List<LinkEgress> links = new ArrayList<>();
    private LinkEgress primary;
    private long costMicros;

    private Map<NodeId, Long> reach = new HashMap<>();
    private @Nullable LinkEgress reachFrom;

    /// Origins whose link state it has yet to be told.
    public final Set<NodeId> owedStates = new LinkedHashSet<>();
    /// Whether it has yet to be told everything that we reach.
    public boolean owedReach = true;

    public Adjacency(LinkEgress first) {
        this.neighbour = first.link().neighbour();
        this.primary = first;
        this.costMicros = Costs.ofHop(first.link().roundTripMicros());
        links.add(first);
    }

    public NodeId node() {
        return neighbour.node();
    }

    public Neighbour neighbour() {
        return neighbour;
    }

    /// Whether it is a router to us: it may carry others' packets and announce routes.
    public boolean mayForward() {
        return neighbour.mayForward();
    }

    /// The link for frames about routing and the registry: the same one until it goes down, because they are
    /// deltas.
    public LinkEgress primary() {
        return primary;
    }

    /// Round trip to it, changed only by more than noise.
    public long costMicros() {
        return costMicros;
    }

    public void add(LinkEgress link) {
        links.add(link);
    }

    public boolean remove(LinkEgress link) {
        return links.remove(link);
    }

    public boolean isGone() {
        return links.isEmpty();
    }

    /// Makes another link the primary one if that is gone.
    ///
    /// @return whether it did
    public boolean electPrimary() {
        if (links.contains(primary)) {
            return false;
        }
        primary = links.getFirst();
        return true;
    }

    /// Reads the links' round trips again. A neighbour none of whose links answers is a last resort.
    ///
    /// @return whether the cost changed by more than noise
    public boolean measure() {
        long best = Long.MAX_VALUE;
        boolean answers = false;
        for (LinkEgress link : links) {
            long roundTrip = link.link().roundTripMicros();
            if (roundTrip >= 0) {
                best = Math.min(best, roundTrip);
            }
            answers |= !link.doubted();
        }
        long cost = best == Long.MAX_VALUE ? costMicros : Costs.ofHop(best);
        if (!answers) {
            cost = Costs.asLastResort(cost);
        } else if (best == Long.MAX_VALUE && cost >= Costs.LAST_RESORT) {
            cost = Costs.PER_HOP; // never measured, and answers again
        }
        if (!Costs.differ(costMicros, cost)) {
            return false;
        }
        costMicros = cost;
        return true;
    }

    /// One link does not answer: if that is the neighbour's fault, the others will not answer either.
    public void probeOthers(LinkEgress silent) {
        for (LinkEgress link : links) {
            if (!link.equals(silent)) {
                link.link().probe();
            }
        }
    }

    LinkGroup group() {
        return LinkGroup.of(links);
    }

    View view() {
        return new View(neighbour, List.copyOf(links));
    }

    /// Which nodes it delivers to, with the cost from there.
    public Map<NodeId, Long> reach() {
        return reach;
    }

    /// Takes what a router told us. Deltas count only on the link that brought the last snapshot: those of a link
    /// that is dying may arrive late.
    ///
    /// @return whether anything changed
    public boolean onReach(LinkEgress link, RoutingFrame.Reach frame) {
        if (frame.snapshot()) {
            Map<NodeId, Long> before = reach;
            reach = new HashMap<>();
            reachFrom = link;
            merge(frame.nodes());
            return !before.equals(reach);
        }
        return link.equals(reachFrom) && merge(frame.nodes());
    }

    private boolean merge(List<RoutingFrame.Cost> nodes) {
        boolean changed = false;
        for (RoutingFrame.Cost cost : nodes) {
            if (cost.costMicros() == RoutingFrame.GONE) {
                changed |= reach.remove(cost.node()) != null;
            } else if (reach.size() < MAX_REACH || reach.containsKey(cost.node())) {
                Long before = reach.put(cost.node(), cost.costMicros());
                changed |= before == null || before != cost.costMicros();
            }
        }
        return changed;
    }
}
