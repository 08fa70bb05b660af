package io.hikyaku.balance;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.ServicePort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The exporters of each port, as one event loop can reach them. Belongs to that event loop.
public final class Balancer {
    private final CallContext context;
    private final FreeRepeats freeRepeats;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Map<ServicePort, LeastRequest> asked = new HashMap<>();
    private Map<ServicePort, List<Candidate>> view = Map.of();

    /// @param freeRepeats of the whole process
    /// @param nanos the event loop's clock
    /// @param random for jitter
    public Balancer(CallContext context, FreeRepeats freeRepeats, LongSupplier nanos, RandomGenerator random) {
        this.context = context;
        this.freeRepeats = freeRepeats;
        this.nanos = nanos;
        this.random = random;
    }

    /// The candidates for a port, none as long as nobody exports it. The same object at each call.
    public Candidates candidates(ServicePort port) {
        return asked.computeIfAbsent(port, unasked -> {
            RetryBudget budget = new RetryBudget(context.limits().retryBudget(), now -> freeRepeats.take(port, now));
            LeastRequest candidates = new LeastRequest(context.metrics(), budget, port, nanos, random);
            candidates.update(view.getOrDefault(port, List.of()));
            return candidates;
        });
    }

    /// Puts a whole new view in place: ports that it does not name have no candidates any more.
    public void update(Map<ServicePort, List<Candidate>> exporters) {
        view = Map.copyOf(exporters);
        asked.forEach((port, candidates) -> candidates.update(view.getOrDefault(port, List.of())));
    }

    /// Calls that are at a candidate now, for one port.
    public int outstanding(ServicePort port, Candidate candidate) {
        CountedLoad load = load(port, candidate);
        return load == null ? 0 : load.outstanding();
    }

    /// Whether calls of one port avoid the candidate now.
    public boolean isEjected(ServicePort port, Candidate candidate) {
        CountedLoad load = load(port, candidate);
        return load == null ? candidate.standing() == Candidate.Standing.FAILED : load.isEjected();
    }

    private @Nullable CountedLoad load(ServicePort port, Candidate candidate) {
        LeastRequest candidates = asked.get(port);
        return candidates == null ? null : candidates.load(candidate);
    }
}
