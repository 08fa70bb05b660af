package io.hikyaku.node.reload;

import io.hikyaku.status.NodeStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of changed files of one kind: counted, and the last one shown by status.
final class Reloads {
    static final String APPLIED = "applied";
    static final String REFUSED = "refused";

    private final Counter applied;
    private final Counter refused;
    private volatile NodeStatus.@Nullable Reload last;

    /// @param meter of the counter
    Reloads(MeterRegistry meters, String meter, String description) {
        applied = counter(meters, meter, description, APPLIED);
        refused = counter(meters, meter, description, REFUSED);
    }

    private static Counter counter(MeterRegistry meters, String meter, String description, String outcome) {
        return Counter.builder(meter)
                .description(description)
                .tag("outcome", outcome)
                .register(meters);
    }

    void onApplied() {
        last = new NodeStatus.Reload(APPLIED, Instant.now().toString(), List.of());
        applied.increment(); // last: who sees it counted finds it in status
    }

    void onRefused(List<String> findings) {
        last = new NodeStatus.Reload(REFUSED, Instant.now().toString(), findings);
        refused.increment();
    }

    /// Whether what is there now was refused.
    boolean isRefused() {
        NodeStatus.Reload known = last;
        return known != null && known.outcome().equals(REFUSED);
    }

    NodeStatus.@Nullable Reload last() {
        return last;
    }
}
