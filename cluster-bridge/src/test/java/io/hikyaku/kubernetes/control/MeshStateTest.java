package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MeshExports;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MeshStateTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");

    private final AtomicLong now = new AtomicLong(1);
    private final MeshState mesh = new MeshState(now::get);

    private static MeshExports osaka(boolean reachable) {
        ClusterExport export =
                new ClusterExport("osaka", 1, List.of(new Port("http", 80, "http")), ServiceTraits.NONE, reachable);
        return new MeshExports(Map.of(WEB.toString(), List.of(export)), Map.of("osaka", reachable));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aClusterIsDownOnceItHasBeenOutOfReachForAWhile() {
        // Given
        mesh.update(osaka(true), true);
        mesh.update(osaka(false), true);

        // When, Then
        pass(MeshState.PATIENCE.minusNanos(1));
        assertEquals(List.of(), mesh.down());
        pass(Duration.ofNanos(1));
        assertEquals(List.of("osaka"), mesh.down());
        mesh.update(osaka(true), true);
        assertEquals(List.of(), mesh.down());
    }

    @Test
    void aShortLossStartsTheWaitAnew() {
        // Given
        mesh.update(osaka(false), true);
        pass(MeshState.PATIENCE.minusNanos(1));

        // When
        mesh.update(osaka(true), true);
        mesh.update(osaka(false), true);
        pass(MeshState.PATIENCE.minusNanos(1));

        // Then
        assertEquals(List.of(), mesh.down());
    }

    @Test
    void whatAClusterThatLeftExportedIsKeptForAWhileAndNobodyIsLedThere() {
        // Given
        mesh.update(osaka(true), true);
        mesh.update(MeshExports.NONE, true);

        // When, Then
        assertTrue(mesh.isKept("osaka"));
        pass(MeshState.PATIENCE);
        assertEquals(List.of("osaka"), mesh.down());
        pass(MeshState.KEPT.minus(MeshState.PATIENCE).minusNanos(1));
        assertTrue(mesh.isKept("osaka"));
        pass(Duration.ofNanos(1));
        assertFalse(mesh.isKept("osaka"));
    }

    @Test
    void aClusterThatWasNeverHeardOfIsKeptFromWhenItIsFirstAskedFor() {
        // Given
        mesh.update(MeshExports.NONE, true);
        pass(MeshState.KEPT);

        // When, Then
        assertTrue(mesh.isKept("osaka"));
        pass(MeshState.PATIENCE);
        assertEquals(List.of("osaka"), mesh.down());
        pass(MeshState.KEPT);
        assertFalse(mesh.isKept("osaka"));
    }

    @Test
    void withoutALinkNothingIsForgotten() {
        mesh.update(osaka(true), true);
        mesh.update(MeshExports.NONE, false);
        pass(MeshState.KEPT.multipliedBy(3));
        assertTrue(mesh.isKept("osaka"));
        assertFalse(mesh.isConnected());
    }

    @Test
    void whatAKnownClusterDoesNotExportIsNotKept() {
        mesh.update(osaka(true), true);
        assertFalse(mesh.isKept("osaka"));
    }

    @Test
    void changesNameServicesAndTellOfClusters() {
        // When, Then
        assertEquals(new MeshState.Change(Set.of(WEB), true), mesh.update(osaka(true), true));
        assertEquals(new MeshState.Change(Set.of(), false), mesh.update(osaka(true), true));
        assertEquals(new MeshState.Change(Set.of(WEB), false), mesh.update(osaka(false), true));
        assertEquals(new MeshState.Change(Set.of(WEB), true), mesh.update(MeshExports.NONE, true));
        MeshExports silent = new MeshExports(Map.of(), Map.of("osaka", true));
        assertEquals(new MeshState.Change(Set.of(), true), mesh.update(silent, true)); // back, and exports nothing
        assertEquals(new MeshState.Change(Set.of(), true), mesh.update(silent, false));
    }
}
