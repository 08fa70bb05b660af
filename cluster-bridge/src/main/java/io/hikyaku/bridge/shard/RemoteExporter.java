package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.OutlierDetector;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// An instance of another bridge that exports something, as one event loop reaches it. Calls wait for a channel that is
/// still being made; if it does not come up, the exporter is spared calls to all ports for a while.
final class RemoteExporter implements Candidate {
    /// How long the distance of an exporter without a channel is remembered. After that it counts as unmeasured:
    /// the path to it may have changed.
    static final Duration DISTANCE_KEPT = Duration.ofMinutes(10);

    /// Failed handshakes that eject it. Each has been tried for `limits.channel.handshakeTimeout` on its own.
    private static final int FAILURES = 1;

    /// The channel to the exporter, as far as there is one.
    interface Connection {
        /// How much of a channel there is.
        enum State {
            NONE,
            OPENING,
            OPEN
        }

        /// What there is now. Nothing else here is newer than the last look.
        State state();

        /// Channels that did not come up, so far.
        int failures();

        /// Of the channel that is up; -1 if there is none, or it was not measured yet.
        long roundTripNanos();

        /// Whether the channel that is up has not answered for so long that it may be dead.
        boolean isSilent();

        /// Makes a channel if there is none that answers.
        void open();

        /// Tells whether the channel that was made or looked at last comes up; may call back synchronously if
        /// that is known. Makes one if there is none.
        void await(Waiter waiter);
    }

    private final String cluster;
    private final long instance;
    private final Connection connection;
    private final LongSupplier nanos;
    private final OutlierDetector health;
    private Connection.State last = Connection.State.NONE;
    private int failuresSeen;
    private int handshake;
    private long distanceNanos = -1;
    private long lostAtNanos;

    /// @param instance tells it from the cluster's others
    RemoteExporter(String cluster, long instance, Connection connection, LongSupplier nanos, RandomGenerator random) {
        this.cluster = cluster;
        this.instance = instance;
        this.connection = connection;
        this.nanos = nanos;
        this.health = new OutlierDetector(FAILURES, random);
    }

    @Override
    public String label() {
        return cluster;
    }

    @Override
    public long instance() {
        return instance;
    }

    @Override
    public Standing standing() {
        Connection.State now = look();
        if (now == Connection.State.OPEN) {
            return connection.isSilent() ? Standing.UNREADY : Standing.READY;
        }
        boolean waits = now == Connection.State.OPENING || !health.isEjected() || health.takesCalls(nanos.getAsLong());
        return waits ? Standing.UNREADY : Standing.FAILED;
    }

    @Override
    public long roundTripNanos() {
        if (look() == Connection.State.OPEN) {
            long measured = connection.roundTripNanos();
            distanceNanos = measured < 0 ? distanceNanos : measured;
        } else if (distanceNanos >= 0 && nanos.getAsLong() - lostAtNanos >= DISTANCE_KEPT.toNanos()) {
            distanceNanos = -1;
        }
        return distanceNanos;
    }

    @Override
    public void prepare() {
        Connection.State now = look();
        if (now == Connection.State.NONE || now == Connection.State.OPEN && connection.isSilent()) {
            connection.open();
            look();
        }
    }

    @Override
    public void whenReady(Waiter waiter) {
        connection.open();
        look();
        connection.await(waiter);
    }

    private Connection.State look() {
        Connection.State now = connection.state();
        if (connection.failures() != failuresSeen) {
            failuresSeen = connection.failures();
            health.onFailure(handshake, nanos.getAsLong());
            last = Connection.State.NONE;
        }
        if (now != last) {
            change(now);
        }
        return now;
    }

    private void change(Connection.State now) {
        long at = nanos.getAsLong();
        if (last == Connection.State.OPEN) {
            lostAtNanos = at;
        }
        if (now == Connection.State.OPENING) {
            handshake = health.begin(at);
        } else if (now == Connection.State.OPEN) {
            health.onSuccess(health.begin(at), at); // whichever side made it
        }
        last = now;
    }
}
