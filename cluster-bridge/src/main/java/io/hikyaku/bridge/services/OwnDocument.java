package io.hikyaku.bridge.services;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.node.MeshNode;
import io.hikyaku.service.Export;
import io.hikyaku.service.Export.NotCarried;
import io.hikyaku.service.ExportPort;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What this bridge says about itself to the mesh (PROTOCOL.md §8).
public final class OwnDocument {
    private final boolean forwards;
    private final MeshNode node;
    private volatile boolean draining;
    private volatile List<ExportedService> exports = List.of();

    public OwnDocument(BridgeConfig config, MeshNode node) {
        this.forwards = !config.listen().isEmpty();
        this.node = node;
    }

    /// How these exports would be announced. One that says the same as now keeps its age.
    List<ExportedService> next(List<Export> services) {
        return exports(services, exports, System.currentTimeMillis());
    }

    /// Announces these exports from now on.
    void export(List<ExportedService> next) {
        exports = next;
    }

    /// @param before what was said until now
    /// @param now since when the new ones are, in milliseconds since 1970
    static List<ExportedService> exports(List<Export> services, List<ExportedService> before, long now) {
        Map<String, ExportedService> known = new HashMap<>();
        before.forEach(export -> known.put(export.service(), export));
        return services.stream()
                .map(service -> export(service, known.get(service.service().toString()), now))
                .toList();
    }

    /// Announces no exports any more, so that nobody sends new calls; running calls still find this node.
    public void withdraw() {
        draining = true;
        exports = List.of();
    }

    private static ExportedService export(Export service, @Nullable ExportedService known, long now) {
        List<NodeDocument.Port> ports = Stream.concat(
                        service.ports().stream().map(OwnDocument::port),
                        service.notCarried().stream().map(OwnDocument::port))
                .toList();
        long fresh = known != null && isSame(known.ports(), ports) ? known.since() : now;
        long since = service.since().map(Instant::toEpochMilli).orElse(fresh);
        return new ExportedService(service.service().toString(), ports, since, service.traits());
    }

    /// Whether they are the same export, which keeps its age: readiness comes and goes.
    private static boolean isSame(List<NodeDocument.Port> before, List<NodeDocument.Port> now) {
        return before.stream()
                .map(OwnDocument::unready)
                .toList()
                .equals(now.stream().map(OwnDocument::unready).toList());
    }

    private static NodeDocument.Port unready(NodeDocument.Port port) {
        return new NodeDocument.Port(port.name(), port.port(), port.protocol(), port.appProtocol(), false);
    }

    private static NodeDocument.Port port(ExportPort port) {
        boolean ready = !port.target().isEmpty();
        return new NodeDocument.Port(port.name(), port.port(), port.protocol().toString(), port.appProtocol(), ready);
    }

    private static NodeDocument.Port port(NotCarried port) {
        String protocol = port.transport().toLowerCase(Locale.ROOT);
        return new NodeDocument.Port(port.name(), port.port(), protocol, port.appProtocol(), false);
    }

    /// @param inbox where this node reads from Kafka, once it does
    public NodeDocument document(long sequence, boolean leaving, Optional<NodeDocument.KafkaInbox> inbox) {
        return new NodeDocument(
                node.node(),
                node.identity().member().uri(),
                node.statement(),
                sequence,
                node.loops().count(),
                forwards,
                leaving,
                draining,
                exports,
                Optional.empty(),
                inbox);
    }
}
