package io.hikyaku.call.attempt;

import io.hikyaku.balance.Candidates;
import io.hikyaku.balance.EndpointLoad;
import io.hikyaku.call.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Candidates that a test adds, in its order, and what was asked of them.
final class ScriptedCandidates implements Candidates {
    final List<ScriptedSeat> loads = new ArrayList<>();
    final List<String> retries = new ArrayList<>();
    final List<Long> affinities = new ArrayList<>();
    boolean leave = true;
    int calls;

    ScriptedSeat add(String label) {
        ScriptedSeat load = new ScriptedSeat(label);
        loads.add(load);
        return load;
    }

    @Override
    public void onCall() {
        calls++;
    }

    @Override
    public @Nullable EndpointLoad pick(Collection<EndpointLoad> tried) {
        return loads.stream().filter(load -> !tried.contains(load)).findFirst().orElse(null);
    }

    /// The other way round, so that it can be told apart.
    @Override
    public @Nullable EndpointLoad pickFor(long affinity, Collection<EndpointLoad> tried) {
        affinities.add(affinity);
        return loads.reversed().stream()
                .filter(load -> !tried.contains(load))
                .findFirst()
                .orElse(null);
    }

    @Override
    public boolean has(EndpointLoad load) {
        return load instanceof ScriptedSeat scripted && loads.contains(scripted);
    }

    @Override
    public boolean allowRetry(Problem reason, boolean mayHaveRun) {
        retries.add(reason + " " + mayHaveRun);
        return leave;
    }
}
