package io.hikyaku.balance;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Whether something that calls are sent to is to be spared calls, judged by how they go (decision 013). After so many
/// failures in a row it is ejected for a while, longer each time; then one call at a time is let through, and the first
/// that works brings it back in.
///
/// Failures are counted in rounds: a call that had begun before the last counted failure tells nothing new, so that a
/// hundred calls that fail at once are one failure, not a hundred. Reads no clock: times are nanoseconds of the
/// owner's. Belongs to the event loop of its owner.
public final class OutlierDetector {
    /// How long the first ejection lasts; each one after it lasts twice as long.
    public static final Duration FIRST_EJECTION = Duration.ofSeconds(5);
    /// No ejection is longer.
    static final Duration LONGEST_EJECTION = Duration.ofMinutes(5);
    /// An ejection is shorter than its length by this share at most, so that bridges do not probe together.
    static final double JITTER = 0.25;

    private static final int MAX_DOUBLINGS = 10;

    private final int threshold;
    private final RandomGenerator random;
    private int round;
    private int failures;
    private int ejections;
    private boolean ejected;
    private boolean probing;
    private long ejectionNanos;
    private long dueAtNanos;
    private long restoredAtNanos;

    /// @param threshold failures in a row that eject it
    public OutlierDetector(int threshold, RandomGenerator random) {
        this.threshold = threshold;
        this.random = random;
    }

    public boolean isEjected() {
        return ejected;
    }

    /// How often it was ejected without having stayed in use for long in between.
    public int ejections() {
        return ejections;
    }

    /// Whether a call may go there: it is not ejected, or it is time to see whether it works again and no other
    /// call does.
    public boolean takesCalls(long nowNanos) {
        return !ejected || !probing && isDue(nowNanos);
    }

    /// A call goes there, perhaps although it takes none just now.
    ///
    /// @return the call's round, for what is said about it later
    public int begin(long nowNanos) {
        probing |= ejected && isDue(nowNanos);
        return round;
    }

    /// A call works.
    public void onSuccess(int callRound, long nowNanos) {
        if (callRound != round) {
            return;
        }
        failures = 0;
        if (ejected) {
            ejected = false;
            probing = false;
            restoredAtNanos = nowNanos;
        }
    }

    /// A call failed for a reason that lies there. While it is ejected and not yet due, that is nothing new.
    public void onFailure(int callRound, long nowNanos) {
        if (callRound != round || ejected && !isDue(nowNanos)) {
            return;
        }
        round++;
        failures++;
        if (ejected || failures >= threshold) {
            eject(nowNanos);
        }
    }

    /// It says itself that it takes no calls, so one failure is enough. It will say when it takes some again, so
    /// that it is never spared for longer than the first time.
    public void onLeaving(long nowNanos) {
        if (!ejected || isDue(nowNanos)) {
            round++;
            ejections = Math.max(1, ejections);
            eject(FIRST_EJECTION.toNanos(), nowNanos);
        }
    }

    /// A call is over. If it showed nothing, another may find out.
    public void onFinish(int callRound) {
        if (callRound == round) {
            probing = false;
        }
    }

    private void eject(long nowNanos) {
        if (!ejected && nowNanos - restoredAtNanos > ejectionNanos) {
            ejections = 0;
        }
        ejections++;
        long length = FIRST_EJECTION.toNanos() << Math.min(ejections - 1, MAX_DOUBLINGS);
        eject(Math.min(length, LONGEST_EJECTION.toNanos()), nowNanos);
    }

    private void eject(long lengthNanos, long nowNanos) {
        ejectionNanos = (long) (lengthNanos * (1 - JITTER * random.nextDouble()));
        dueAtNanos = nowNanos + ejectionNanos;
        ejected = true;
        probing = false;
        failures = 0;
    }

    private boolean isDue(long nowNanos) {
        return nowNanos - dueAtNanos >= 0;
    }
}
