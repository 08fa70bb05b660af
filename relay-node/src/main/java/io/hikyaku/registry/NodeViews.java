package io.hikyaku.registry;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import java.util.HashMap;
import java.util.Map;

/// The nodes that live and those that are lost, as other threads see them. Changed by one thread only.
final class NodeViews {
    private volatile Map<NodeId, NodeDocument> live = Map.of();
    private volatile Map<NodeId, NodeDocument> lost = Map.of();

    Map<NodeId, NodeDocument> live() {
        return live;
    }

    Map<NodeId, NodeDocument> lost() {
        return lost;
    }

    void toLive(NodeDocument document) {
        live = with(live, document);
        lost = without(lost, document.node());
    }

    void toLost(NodeDocument document) {
        lost = with(lost, document);
        live = without(live, document.node());
    }

    void remove(NodeId node) {
        live = without(live, node);
        lost = without(lost, node);
    }

    private static Map<NodeId, NodeDocument> with(Map<NodeId, NodeDocument> some, NodeDocument document) {
        Map<NodeId, NodeDocument> changed = new HashMap<>(some);
        changed.put(document.node(), document);
        return Map.copyOf(changed);
    }

    private static Map<NodeId, NodeDocument> without(Map<NodeId, NodeDocument> some, NodeId node) {
        if (!some.containsKey(node)) {
            return some;
        }
        Map<NodeId, NodeDocument> changed = new HashMap<>(some);
        changed.remove(node);
        return Map.copyOf(changed);
    }
}
