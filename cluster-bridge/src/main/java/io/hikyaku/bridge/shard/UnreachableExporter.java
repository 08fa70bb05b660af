package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Candidate;
import io.hikyaku.call.Problem;

/// Stands for an exporter that is known and that no way leads to now, so that callers hear this and not that nobody
/// exports the service. Links that may lead there are dialled at once then.
///
/// @param label its cluster
/// @param wanted told of each call
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
