package io.hikyaku.balance;

import io.hikyaku.call.Problem;
import io.hikyaku.stream.StreamOpener;

/// One instance that exports a service port, as one event loop can reach it. The balancer keeps its count of
/// outstanding calls by identity: hand in the same object as long as it is the same instance. The defaults are right
/// for an instance within this process.
public interface Candidate {
    /// Whether calls can leave for it.
    enum Standing {
        /// At once.
        READY,
        /// They would wait for a channel, or for a sign of life on the one there is.
        UNREADY,
        /// The last channel to it did not come up, and it is too early to try again.
        FAILED
    }

    /// The cluster it belongs to, for metrics and texts, and for what keeps calls with one cluster.
    String label();

    /// Tells it from the cluster's other instances, by the same number everywhere.
    default long instance() {
        return 0;
    }

    default Standing standing() {
        return Standing.READY;
    }

    /// The smoothed round trip; 0 within this process, -1 as long as it has not been measured.
    default long roundTripNanos() {
        return 0;
    }

    /// Makes it ready ahead of any call, if it is not ready yet.
    default void prepare() {}

    /// Gives a means to open streams: synchronously if the channel is open, otherwise later on the same event loop.
    /// The waiter is called exactly once, unless it gave up before.
    void whenReady(Waiter waiter);

    /// Waits for a channel.
    interface Waiter {
        void onReady(StreamOpener opener);

        /// No channel came up.
        ///
        /// @param why what callers are told if there is no other candidate
        void onUnreachable(Problem why);
    }
}
