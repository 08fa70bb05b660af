package io.hikyaku.node.admin;

import io.hikyaku.status.NodeStatus;

/// What `/api/v1/status` asks; any thread, and not an event loop.
@FunctionalInterface
public interface StatusSource {
    NodeStatus status();
}
