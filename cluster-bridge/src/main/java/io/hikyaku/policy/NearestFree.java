package io.hikyaku.policy;

import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Candidate;
import io.hikyaku.call.Candidate.Standing;
import io.hikyaku.call.Candidates;
import io.hikyaku.call.Problem;
import io.hikyaku.call.Seat;
import io.hikyaku.call.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The candidates for one port (decision 013). Picks the one whose calls cost least: those outstanding there, the new
/// one among them, times a weight that grows with its distance; equals take turns. One that is out gets no call unless
/// all are, and one without a channel is made ready while calls go where a channel stands. The same object as long as
/// its balancer lives, so that a listener finds it once, not per call.
final class NearestFree implements Candidates {
    private final String servicePort;
    private final CallMetrics metrics;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final RetryBudget budget;
    private final LongAdder ejected;
    private List<CountedSeat> seats = List.of();
    private int next;

    NearestFree(CallMetrics metrics, RetryBudget budget, ServicePort port, LongSupplier nanos, RandomGenerator random) {
        this.servicePort = port.toString();
        this.metrics = metrics;
        this.nanos = nanos;
        this.random = random;
        this.budget = budget;
        this.ejected = metrics.ejectedExporters(servicePort);
    }

    /// Puts these in place of the ones before; what is known of those that stay is kept.
    void update(List<Candidate> candidates) {
        List<CountedSeat> updated = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            CountedSeat known = seat(candidate);
            updated.add(known != null ? known : new CountedSeat(candidate, nanos, random, ejected));
        }
        for (CountedSeat seat : seats) {
            if (!updated.contains(seat)) {
                seat.onGone();
            }
        }
        seats = updated;
    }

    @Nullable
    CountedSeat seat(Candidate candidate) {
        for (CountedSeat seat : seats) {
            if (seat.candidate().equals(candidate)) {
                return seat;
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
    public boolean has(Seat seat) {
        return seats.contains(seat);
    }

    @Override
    public @Nullable Seat pick(Collection<Seat> tried) {
        long now = nanos.getAsLong();
        CountedSeat best = null;
        CountedSeat bestReady = null;
        CountedSeat leastBad = null;
        int count = seats.size();
        for (int i = 0; i < count; i++) {
            CountedSeat seat = seats.get((next + i) % count);
            if (tried.contains(seat)) {
                continue;
            }
            Standing standing = seat.look();
            if (!seat.takesCalls(standing, now)) {
                leastBad = leastBad == null || seat.isLessBadThan(leastBad) ? seat : leastBad;
            } else {
                best = best == null || seat.isBetterThan(best) ? seat : best;
                if (standing == Standing.READY) {
                    bestReady = bestReady == null || seat.isBetterThan(bestReady) ? seat : bestReady;
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
}
