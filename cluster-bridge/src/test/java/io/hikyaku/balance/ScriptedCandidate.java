package io.hikyaku.balance;

import io.hikyaku.call.Problem;
import java.time.Duration;

/// A candidate whose standing and distance a test sets.
public final class ScriptedCandidate implements Candidate {
    private final String label;
    private final long instance;
    Standing standing = Standing.READY;
    long roundTripNanos;
    public int prepared;

    public ScriptedCandidate(String label) {
        this(label, 0);
    }

    public ScriptedCandidate(String label, long instance) {
        this.label = label;
        this.instance = instance;
    }

    public ScriptedCandidate away(Duration roundTrip) {
        roundTripNanos = roundTrip.toNanos();
        return this;
    }

    public ScriptedCandidate unmeasured() {
        roundTripNanos = -1;
        return this;
    }

    public ScriptedCandidate standing(Standing now) {
        standing = now;
        return this;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public long instance() {
        return instance;
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public long roundTripNanos() {
        return roundTripNanos;
    }

    @Override
    public void prepare() {
        prepared++;
    }

    @Override
    public void whenReady(Waiter waiter) {
        waiter.onUnreachable(Problem.UNREACHABLE);
    }
}
