package io.hikyaku.balance;

import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Problem;
import io.hikyaku.call.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The candidates for one port (decision 013). Picks the one whose calls cost least: those outstanding there, the new
/// one among them, times a weight that grows with its distance; equals take turns. One that is ejected gets no call
/// unless all are, and one without a channel is made ready while calls go where a channel is up. Calls that are to stay
/// together go by [Rendezvous] instead, and wait for the channel there. The same object as
/// long as its balancer lives, so that a listener finds it once, not per call.
final class LeastRequest implements Candidates {
    private final String servicePort;
    private final CallMetrics metrics;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final RetryBudget budget;
    private final LongAdder ejected;
    private List<CountedLoad> loads = List.of();
    private int next;

    LeastRequest(
            CallMetrics metrics, RetryBudget budget, ServicePort port, LongSupplier nanos, RandomGenerator random) {
        this.servicePort = port.toString();
        this.metrics = metrics;
        this.nanos = nanos;
        this.random = random;
        this.budget = budget;
        this.ejected = metrics.ejectedExporters(servicePort);
    }

    /// Replaces the candidates by these; what is known of those that stay is kept.
    void update(List<Candidate> candidates) {
        List<CountedLoad> updated = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            CountedLoad known = load(candidate);
            updated.add(known != null ? known : new CountedLoad(candidate, nanos, random, ejected));
        }
        for (CountedLoad load : loads) {
            if (!updated.contains(load)) {
                load.onGone();
            }
        }
        loads = updated;
    }

    @Nullable
    CountedLoad load(Candidate candidate) {
        for (CountedLoad load : loads) {
            if (load.candidate().equals(candidate)) {
                return load;
            }
        }
        return null;
    }

    @Override
    public void onCall() {
        budget.onCall(nanos.getAsLong());
    }

    @Override
    public boolean allowRetry(Problem reason, boolean mayHaveRun) {
        boolean allowed = !mayHaveRun || budget.take(nanos.getAsLong());
        if (allowed) {
            metrics.retried(servicePort, reason);
        }
        return allowed;
    }

    @Override
    public boolean has(EndpointLoad load) {
        return loads.contains(load);
    }

    @Override
    public @Nullable EndpointLoad pick(Collection<EndpointLoad> tried) {
        long now = nanos.getAsLong();
        CountedLoad best = null;
        CountedLoad bestReady = null;
        CountedLoad leastBad = null;
        int count = loads.size();
        for (int i = 0; i < count; i++) {
            CountedLoad load = loads.get((next + i) % count);
            if (tried.contains(load)) {
                continue;
            }
            Standing standing = load.look();
            if (!load.takesCalls(standing, now)) {
                leastBad = leastBad == null || load.isLessBadThan(leastBad) ? load : leastBad;
            } else {
                best = best == null || load.isBetterThan(best) ? load : best;
                if (standing == Standing.READY) {
                    bestReady = bestReady == null || load.isBetterThan(bestReady) ? load : bestReady;
                }
            }
        }
        next = count == 0 ? 0 : (next + 1) % count;
        if (best != null && bestReady != null && best != bestReady) {
            best.candidate().prepare();
            return bestReady;
        }
        return best == null ? leastBad : best;
    }

    @Override
    public @Nullable EndpointLoad pickFor(long affinity, Collection<EndpointLoad> tried) {
        long now = nanos.getAsLong();
        CountedLoad first = null;
        CountedLoad leastBad = null;
        for (CountedLoad load : loads) {
            if (tried.contains(load)) {
                continue;
            }
            if (!load.takesCalls(load.look(), now)) {
                leastBad = leastBad == null || load.isLessBadThan(leastBad) ? load : leastBad;
            } else if (first == null || load.precedes(first, affinity)) {
                first = load;
            }
        }
        return first == null ? leastBad : first;
    }
}
