package io.hikyaku.bridge;

import io.hikyaku.call.Candidate;
import io.hikyaku.call.Problem;

/// Stands for an exporter that is known and that no way leads to now, so that callers hear this and not that nobody
/// exports the service.
///
/// @param label its cluster
record UnreachableExporter(String label) implements Candidate {
    @Override
    public Standing standing() {
        return Standing.FAILED;
    }

    @Override
    public void whenReady(Waiter waiter) {
        waiter.onUnreachable(Problem.UNREACHABLE);
    }
}
