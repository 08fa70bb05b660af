package io.hikyaku.bridge;

import io.hikyaku.call.Candidate;
import io.hikyaku.channel.Channels;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.wire.NodeId;

/// An instance of another bridge that exports something, as one event loop reaches it. Streams may be opened on a
/// channel that is only being made: if it does not come to be, they are refused before any effect.
final class RemoteExporter implements Candidate {
    private final NodeId node;
    private final String cluster;
    private final Channels<StreamMux> channels;

    RemoteExporter(NodeId node, String cluster, Channels<StreamMux> channels) {
        this.node = node;
        this.cluster = cluster;
        this.channels = channels;
    }

    @Override
    public String label() {
        return cluster;
    }

    @Override
    public void whenReady(Waiter waiter) {
        waiter.onReady(channels.to(node));
    }
}
