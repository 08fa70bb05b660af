package io.hikyaku.kubernetes.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeshExportsTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");
    private static final ServiceName DB = ServiceName.parse("shop/db");

    private static NodeDocument node(int id, String member, boolean leaving, ExportedService... exports) {
        return node(id, member, leaving, false, exports);
    }

    private static NodeDocument node(
            int id, String member, boolean leaving, boolean draining, ExportedService... exports) {
        return new NodeDocument(
                new NodeId(0, id),
                "spiffe://prod/" + member,
                "s",
                1,
                1,
                false,
                leaving,
                draining,
                List.of(exports),
                Optional.empty(),
                Optional.empty());
    }

    private static ExportedService web(long since, boolean ready) {
        return new ExportedService("shop/web", List.of(new Port("http", 80, "http", Optional.empty(), ready)), since);
    }

    private static MeshExports of(Set<Integer> lost, NodeDocument... documents) {
        return MeshExports.of(
                Arrays.asList(documents),
                document -> lost.stream().noneMatch(id -> document.node().equals(new NodeId(0, id))));
    }

    private static ClusterExport only(MeshExports mesh) {
        List<ClusterExport> exports = mesh.byService().get(WEB.toString());
        assertEquals(1, exports.size());
        return exports.getFirst();
    }

    @Test
    void ofReplicasThatDisagreeTheLowestIdCountsAndAnyReadinessDoes() {
        // When
        ClusterExport export = only(of(
                Set.of(),
                node(2, "cluster/osaka", false, web(10, true)),
                node(
                        1,
                        "cluster/osaka",
                        false,
                        new ExportedService(
                                "shop/web",
                                List.of(
                                        new Port("http", 80, "http", Optional.empty(), false),
                                        new Port("more", 81, "http", Optional.empty(), false)),
                                20))));

        // Then
        assertEquals(List.of(80, 81), export.ports().stream().map(Port::port).toList());
        assertTrue(export.ports().getFirst().ready());
        assertFalse(export.ports().get(1).ready());
        assertEquals(10, export.since());
    }

    @Test
    void whatALostNodeSaidCountsOnlyAsLongAsItsClusterHasNoOther() {
        // Given
        NodeDocument lost = node(1, "cluster/osaka", false, web(10, true));
        NodeDocument other = node(2, "cluster/osaka", false);

        // When, Then
        assertFalse(only(of(Set.of(1), lost)).reachable());
        assertEquals(Map.of("osaka", false), of(Set.of(1), lost).clusters());
        assertEquals(Map.of(), of(Set.of(1), lost, other).byService());
        assertTrue(only(of(Set.of(), lost, other)).reachable());
    }

    @Test
    void whoLeavesAndRelaysDoNotCount() {
        MeshExports mesh =
                of(Set.of(), node(1, "cluster/osaka", true, web(1, true)), node(2, "relay/r1", false, web(1, true)));
        assertEquals(MeshExports.NONE, mesh);
        assertEquals(Optional.empty(), mesh.merged(WEB));
    }

    @Test
    void aClusterWhoseBridgesAllDrainIsUnknownAndNotOneThatExportsNothing() {
        // Given
        NodeDocument draining = node(1, "cluster/osaka", false, true);

        // When, Then
        assertEquals(MeshExports.NONE, of(Set.of(), draining));
        assertTrue(only(of(Set.of(), draining, node(2, "cluster/osaka", false, web(1, true))))
                .reachable());
    }

    @Test
    void onlyServicesThatAreDifferentHaveChanged() {
        // Given
        NodeDocument tokyo = node(
                3, "cluster/tokyo", false, new ExportedService("shop/db", List.of(new Port("sql", 5432, "tcp")), 1));
        MeshExports before = of(Set.of(), node(1, "cluster/osaka", false, web(1, true)), tokyo);

        // When, Then
        assertEquals(
                Set.of(),
                of(Set.of(), node(2, "cluster/osaka", false, web(1, true)), tokyo)
                        .changedSince(before));
        assertEquals(
                Set.of(WEB),
                of(Set.of(), node(1, "cluster/osaka", false, web(1, false)), tokyo)
                        .changedSince(before));
        assertEquals(Set.of(WEB), of(Set.of(), tokyo).changedSince(before));
        assertEquals(Set.of(WEB, DB), before.changedSince(MeshExports.NONE));
    }
}
