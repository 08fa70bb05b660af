package io.hikyaku.balance;

import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.wire.stream.ResetCode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// What is known of one candidate for one port: calls that are there, how far away it is, and how calls went.
public final class CountedLoad implements EndpointLoad {
    /// Failures in a row that eject it.
    public static final int FAILURES = 3;
    /// However far away the candidate is, a call there counts as at most this many nearby.
    static final double MAX_WEIGHT = 16;

    /// Weights within this factor are equal: round trips are never quite the same.
    private static final double SAME = 1.25;

    private final Candidate candidate;
    private final LongSupplier nanos;
    private final Rendezvous.Key key;
    private final OutlierDetector health;
    private final LongAdder ejected;
    private int outstanding;
    private long roundTripNanos = -1;
    private double weight = 1;
    private boolean failed;
    private boolean shownEjected;
    private boolean gone;

    /// @param ejected counts those that are ejected
    CountedLoad(Candidate candidate, LongSupplier nanos, RandomGenerator random, LongAdder ejected) {
        this.candidate = candidate;
        this.key = new Rendezvous.Key(Rendezvous.hash(candidate.label()), candidate.instance());
        this.nanos = nanos;
        this.health = new OutlierDetector(FAILURES, random);
        this.ejected = ejected;
    }

    int outstanding() {
        return outstanding;
    }

    boolean isEjected() {
        look();
        return failed || health.isEjected();
    }

    /// Takes in what the candidate itself knows.
    Standing look() {
        Standing standing = candidate.standing();
        long measured = candidate.roundTripNanos();
        if (measured != roundTripNanos) {
            roundTripNanos = measured;
            weight = weight(measured);
        }
        failed = standing == Standing.FAILED;
        showEjected();
        return standing;
    }

    boolean takesCalls(Standing standing, long now) {
        return standing != Standing.FAILED && health.takesCalls(now);
    }

    boolean isBetterThan(CountedLoad other) {
        return outstanding == other.outstanding ? weight * SAME < other.weight : cost() < other.cost();
    }

    /// Whether it is to have the calls of an affinity rather than the other, if both take calls.
    boolean precedes(CountedLoad other, long affinity) {
        return key.precedes(other.key, affinity);
    }

    /// Of two that take no calls: one without a channel makes a caller wait, one that was ejected less often is
    /// more likely to be back.
    boolean isLessBadThan(CountedLoad other) {
        if (failed != other.failed) {
            return other.failed;
        }
        int times = health.ejections();
        int otherTimes = other.health.ejections();
        return times == otherTimes ? isBetterThan(other) : times < otherTimes;
    }

    /// It is no longer a candidate. Running calls go on.
    void onGone() {
        gone = true;
        showEjected();
    }

    @Override
    public Candidate candidate() {
        return candidate;
    }

    @Override
    public int begin() {
        outstanding++;
        return health.begin(nanos.getAsLong());
    }

    @Override
    public void onAnswer(int call) {
        health.onSuccess(call, nanos.getAsLong());
        showEjected();
    }

    @Override
    public void onReset(int call, ResetCode code) {
        switch (OutlierSignal.of(code)) {
            case WORKS -> onAnswer(call);
            case FAILED -> onUnreachable(call);
            case LEAVES -> {
                health.onLeaving(nanos.getAsLong());
                showEjected();
            }
            case NOTHING -> {}
        }
    }

    @Override
    public void onUnreachable(int call) {
        health.onFailure(call, nanos.getAsLong());
        showEjected();
    }

    @Override
    public void finish(int call) {
        if (outstanding == 0) {
            throw new IllegalStateException("More calls finished than begun at " + candidate.label());
        }
        outstanding--;
        health.onFinish(call);
    }

    /// One that has not been measured is as near as can be: so it gets a call, and with it a measurement.
    static double weight(long roundTripNanos) {
        double millis = (double) Math.max(0, roundTripNanos) / TimeUnit.MILLISECONDS.toNanos(1);
        return Math.min(MAX_WEIGHT, Math.sqrt(1 + millis));
    }

    private double cost() {
        return (outstanding + 1) * weight;
    }

    private void showEjected() {
        boolean nowOut = !gone && (failed || health.isEjected());
        if (nowOut != shownEjected) {
            shownEjected = nowOut;
            ejected.add(nowOut ? 1 : -1);
        }
    }
}
