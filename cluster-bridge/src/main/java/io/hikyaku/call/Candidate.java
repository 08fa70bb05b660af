package io.hikyaku.call;

import io.hikyaku.stream.StreamOpener;

/// One instance that exports a service port, as one event loop can reach it. The balancer keeps its count of
/// outstanding calls by identity: hand in the same object as long as it is the same instance.
public interface Candidate {
    /// The cluster it belongs to, for metrics and texts.
    String label();

    /// Gives the way to open streams: within this call when the channel stands, else later on the same event loop.
    /// The waiter is called exactly once, unless it gave up before.
    void whenReady(Waiter waiter);

    /// Waits for a channel.
    interface Waiter {
        void onReady(StreamOpener opener);

        /// @param detail why no channel came to be; no secrets
        void onUnreachable(String detail);
    }
}
