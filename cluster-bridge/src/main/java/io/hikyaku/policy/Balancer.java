package io.hikyaku.policy;

import io.hikyaku.call.Candidate;
import io.hikyaku.call.Candidates;
import io.hikyaku.call.ServicePort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who exports what, as one event loop can reach it. Belongs to that event loop.
public final class Balancer {
    private final Map<ServicePort, LeastOutstanding> byPort = new HashMap<>();

    /// The candidates for a port, empty as long as nobody exports it.
    public Candidates candidates(ServicePort port) {
        return leastOutstanding(port);
    }

    /// Puts a whole new view in place: ports that it does not name have no candidates any more.
    public void update(Map<ServicePort, ? extends List<? extends Candidate>> view) {
        byPort.forEach((port, candidates) -> {
            if (!view.containsKey(port)) {
                candidates.update(List.of());
            }
        });
        view.forEach((port, candidates) -> leastOutstanding(port).update(candidates));
    }

    /// Calls that are at a candidate now, for one port.
    public int outstanding(ServicePort port, Candidate candidate) {
        LeastOutstanding candidates = byPort.get(port);
        return candidates == null ? 0 : candidates.outstanding(candidate);
    }

    private LeastOutstanding leastOutstanding(ServicePort port) {
        return byPort.computeIfAbsent(port, unknown -> new LeastOutstanding());
    }
}
