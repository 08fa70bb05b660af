package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Candidate;
import io.hikyaku.stream.StreamOpener;

/// This cluster's own exports, which are called like all others but without a channel.
///
/// @param label this cluster's name
/// @param instance as other bridges know it
/// @param streams to the exports of the same event loop
record OwnExports(String label, long instance, StreamOpener streams) implements Candidate {
    @Override
    public void whenReady(Waiter waiter) {
        waiter.onReady(streams);
    }
}
