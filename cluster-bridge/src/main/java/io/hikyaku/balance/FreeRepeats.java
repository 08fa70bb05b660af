package io.hikyaku.balance;

import io.hikyaku.call.ServicePort;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Repeats that need no calls to be counted against: a few each second for each port, however many event loops the
/// process has. Thread-safe; asked only where a call has failed.
public final class FreeRepeats {
    static final int PER_SECOND = 3;

    private final Map<ServicePort, RecentCount> taken = new ConcurrentHashMap<>();

    /// Takes one, if there is one.
    boolean take(ServicePort port, long nowNanos) {
        RecentCount count = taken.computeIfAbsent(port, first -> new RecentCount());
        synchronized (count) {
            boolean free = count.sum(nowNanos) < PER_SECOND * RecentCount.SECONDS;
            if (free) {
                count.add(nowNanos);
            }
            return free;
        }
    }
}
