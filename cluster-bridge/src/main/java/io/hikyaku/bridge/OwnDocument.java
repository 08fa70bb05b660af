package io.hikyaku.bridge;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.ExportPort;
import io.hikyaku.node.MeshNode;
import io.hikyaku.wire.registry.NodeDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What this bridge says of itself to the mesh (PROTOCOL.md §8).
final class OwnDocument {
    private final BridgeConfig config;
    private final MeshNode node;
    private final List<NodeDocument.Export> exports;

    OwnDocument(BridgeConfig config, MeshNode node) {
        this.config = config;
        this.node = node;
        long since = System.currentTimeMillis();
        exports = config.exports().stream()
                .map(export -> new NodeDocument.Export(
                        export.service().toString(),
                        export.ports().stream().map(OwnDocument::port).toList(),
                        since,
                        Map.of()))
                .toList();
    }

    private static NodeDocument.Port port(ExportPort port) {
        return new NodeDocument.Port(port.name(), port.port(), port.protocol().toString());
    }

    /// @param inbox where this node reads from Kafka, once it does
    NodeDocument document(long sequence, boolean leaving, Optional<NodeDocument.KafkaInbox> inbox) {
        return new NodeDocument(
                node.node(),
                node.identity().member().uri(),
                node.statement(),
                sequence,
                node.loops().count(),
                !config.listen().isEmpty(),
                leaving,
                exports,
                Optional.empty(),
                inbox);
    }
}
