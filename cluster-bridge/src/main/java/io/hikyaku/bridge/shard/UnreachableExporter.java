package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Candidate;
import io.hikyaku.call.Problem;

/// Stands in for an exporter that is known but that no path leads to now, so that callers are told this, and not that
/// nobody exports the service. Links that may lead there are then dialled at once.
///
/// @param label its cluster
/// @param wanted told about each call
record UnreachableExporter(String label, Runnable wanted) implements Candidate {
    @Override
    public Standing standing() {
        return Standing.FAILED;
    }

    @Override
    public void whenReady(Waiter waiter) {
        wanted.run();
        waiter.onUnreachable(Problem.UNREACHABLE);
    }
}
