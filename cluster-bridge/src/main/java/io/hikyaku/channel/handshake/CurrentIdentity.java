package io.hikyaku.channel.handshake;

import io.hikyaku.wire.NodeId;

/// What handshakes prove from now on. One that has begun, and the channel that results from it, keep what they began
/// with. Any thread.
public final class CurrentIdentity {
    private final NodeId node;
    private volatile LocalIdentity current;

    public CurrentIdentity(LocalIdentity first) {
        node = first.key().nodeId();
        current = first;
    }

    /// @param renewed of the same instance key, so that the node's address stays
    public void renew(LocalIdentity renewed) {
        if (!renewed.key().nodeId().equals(node)) {
            throw new IllegalStateException(
                    "an identity of node " + renewed.key().nodeId() + " for " + node);
        }
        current = renewed;
    }

    public LocalIdentity get() {
        return current;
    }

    public NodeId node() {
        return node;
    }
}
