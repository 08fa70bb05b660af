package io.hikyaku.call;

import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.credit.MemoryBudget;
import java.time.Duration;

/// What every call of this bridge is done with.
///
/// @param cluster this cluster's name, for `Via` and `Proxy-Status`
/// @param openTimeout how long a call waits for a channel to one exporter
/// @param budget what windows of callers' connections are granted against
/// @param workloads who calls, by the address that a caller's connection comes from
public record CallContext(
        String cluster,
        CallLimits limits,
        Duration openTimeout,
        CallMetrics metrics,
        MemoryBudget budget,
        Workloads workloads) {
    /// Where nothing is known of callers.
    public CallContext(
            String cluster, CallLimits limits, Duration openTimeout, CallMetrics metrics, MemoryBudget budget) {
        this(cluster, limits, openTimeout, metrics, budget, Workloads.UNKNOWN);
    }
}
