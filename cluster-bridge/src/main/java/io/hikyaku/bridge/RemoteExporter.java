package io.hikyaku.bridge;

import io.hikyaku.call.Candidate;
import io.hikyaku.call.Health;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// An instance of another bridge that exports something, as one event loop reaches it. Calls wait for a channel that is
/// only being made; if it does not come to be, the exporter is spared calls of every port for a while.
final class RemoteExporter implements Candidate {
    /// How long the distance of one without a channel is remembered. After that it counts as unmeasured: the way to
    /// it may have become another.
    static final Duration DISTANCE_KEPT = Duration.ofMinutes(10);

    /// Failed handshakes that put it out. Each has been tried for `limits.channel.handshakeTimeout` by itself.
    private static final int FAILURES = 1;

    /// The channel to the exporter, as far as there is one.
    interface Way {
        /// How much of a channel there is.
        enum State {
            NONE,
            OPENING,
            OPEN
        }

        /// What there is now. Nothing else here is newer than the last look.
        State state();

        /// Channels that did not come to be, so far.
        int failures();

        /// Of the channel that stands; -1 if there is none, or it was not measured yet.
        long roundTripNanos();

        /// Whether the channel that stands has not answered for so long that it may be dead.
        boolean isSilent();

        /// Makes a channel if there is none that answers.
        void open();

        /// Tells whether the channel that was made or looked at last comes to be: within this call if that is
        /// known. Makes one if there is none.
        void await(Waiter waiter);
    }

    private final String cluster;
    private final Way way;
    private final LongSupplier nanos;
    private final Health health;
    private Way.State seen = Way.State.NONE;
    private int failuresSeen;
    private int handshake;
    private long distanceNanos = -1;
    private long lostAtNanos;

    RemoteExporter(String cluster, Way way, LongSupplier nanos, RandomGenerator random) {
        this.cluster = cluster;
        this.way = way;
        this.nanos = nanos;
        this.health = new Health(FAILURES, random);
    }

    @Override
    public String label() {
        return cluster;
    }

    @Override
    public Standing standing() {
        Way.State now = look();
        if (now == Way.State.OPEN) {
            return way.isSilent() ? Standing.UNREADY : Standing.READY;
        }
        boolean waits = now == Way.State.OPENING || !health.isOut() || health.takesCalls(nanos.getAsLong());
        return waits ? Standing.UNREADY : Standing.FAILED;
    }

    @Override
    public long roundTripNanos() {
        if (look() == Way.State.OPEN) {
            long measured = way.roundTripNanos();
            distanceNanos = measured < 0 ? distanceNanos : measured;
        } else if (distanceNanos >= 0 && nanos.getAsLong() - lostAtNanos >= DISTANCE_KEPT.toNanos()) {
            distanceNanos = -1;
        }
        return distanceNanos;
    }

    @Override
    public void prepare() {
        Way.State now = look();
        if (now == Way.State.NONE || now == Way.State.OPEN && way.isSilent()) {
            way.open();
            look();
        }
    }

    @Override
    public void whenReady(Waiter waiter) {
        way.open();
        look();
        way.await(waiter);
    }

    private Way.State look() {
        Way.State now = way.state();
        if (way.failures() != failuresSeen) {
            failuresSeen = way.failures();
            health.onFailure(handshake, nanos.getAsLong());
            seen = Way.State.NONE;
        }
        if (now != seen) {
            change(now);
        }
        return now;
    }

    private void change(Way.State now) {
        long at = nanos.getAsLong();
        if (seen == Way.State.OPEN) {
            lostAtNanos = at;
        }
        if (now == Way.State.OPENING) {
            handshake = health.begin(at);
        } else if (now == Way.State.OPEN) {
            health.onSuccess(health.begin(at), at); // whoever made it
        }
        seen = now;
    }
}
