package io.hikyaku.bridge.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.bridge.shard.ExporterView.Exporter;
import io.hikyaku.call.ServicePort;
import io.hikyaku.service.Protocol;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExporterViewTest {
    private static final ServicePort PORT = new ServicePort("shop/orders", 80);

    private final Set<NodeId> unreachable = new HashSet<>();

    private static NodeDocument document(int node, String cluster, Port... ports) {
        return new NodeDocument(
                new NodeId(0, node),
                "spiffe://demo/cluster/" + cluster,
                "a",
                1,
                1,
                false,
                false,
                false,
                List.of(new ExportedService("shop/orders", List.of(ports), node)),
                Optional.empty(),
                Optional.empty());
    }

    private static Port port(String protocol, boolean ready) {
        return new Port("main", 80, protocol, Optional.empty(), ready);
    }

    private ExporterView view(NodeDocument... documents) {
        return ExporterView.of(List.of(documents), node -> !unreachable.contains(node));
    }

    private static List<String> clusters(ExporterView view) {
        return view.exporters().get(PORT).stream().map(Exporter::cluster).toList();
    }

    @Test
    void oneWithoutATargetIsLeftOutWhileAnotherHasOne() {
        // When
        ExporterView view = view(document(1, "tokyo", port("http", false)), document(2, "osaka", port("http", true)));

        // Then
        assertEquals(List.of("osaka"), clusters(view));
    }

    @Test
    void ifNoneHasATargetAllStay() {
        // When
        ExporterView view = view(document(1, "tokyo", port("http", false)), document(2, "osaka", port("http", false)));

        // Then
        assertEquals(List.of("tokyo", "osaka"), clusters(view));
    }

    @Test
    void ifTheOnesThatHaveOneCannotBeReachedAllStay() {
        // Given
        unreachable.add(new NodeId(0, 2));

        // When
        ExporterView view = view(document(1, "tokyo", port("http", false)), document(2, "osaka", port("http", true)));

        // Then
        assertEquals(List.of("tokyo", "osaka"), clusters(view));
    }

    @Test
    void oneThatIsOutOfReachStaysBesideOneThatIsNot() {
        // Given
        unreachable.add(new NodeId(0, 1));

        // When
        ExporterView view = view(document(1, "tokyo", port("http", true)), document(2, "osaka", port("http", true)));

        // Then
        assertEquals(List.of("tokyo", "osaka"), clusters(view));
    }

    @Test
    void oneOfAnotherProtocolDoesNotStandInForOneWithoutATarget() {
        // When the oldest has no target
        ExporterView view = view(document(1, "tokyo", port("http", false)), document(2, "osaka", port("tcp", true)));

        // Then
        assertEquals(List.of("tokyo"), clusters(view));
        assertEquals(Protocol.HTTP, view.protocols().get(PORT));
    }

    @Test
    void eachPortIsLookedAtByItself() {
        // When
        ExporterView view = view(
                document(1, "tokyo", port("http", false), new Port("db", 5432, "tcp")),
                document(2, "osaka", port("http", true)));

        // Then
        assertEquals(List.of("osaka"), clusters(view));
        assertEquals(
                1, view.exporters().get(new ServicePort("shop/orders", 5432)).size());
    }
}
