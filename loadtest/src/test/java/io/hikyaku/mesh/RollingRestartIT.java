package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The exporters of a service are replaced one after the other, each as soon as the one before says that it is ready,
/// as a Deployment does it: no call is lost.
@Tag("patient")
@Timeout(180)
class RollingRestartIT {
    private static final String ORDERS = "shop/orders";
    private static final int CALLERS = 8;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Carrier.class,
            names = {"ONE_RELAY", "KAFKA"})
    void noCallIsLost(Carrier carrier) throws Exception {
        // Given
        try (Mesh mesh = new Mesh(folder);
                ScriptedService service = ScriptedService.following(new HttpScript("osaka"))) {
            Carrier.Links links = carrier.open(mesh);
            String exporter = links.exporter() + Mesh.exports("http", Map.of(ORDERS, service.port()));
            List<MeshBridge> running = new ArrayList<>();
            running.add(mesh.bridge("osaka", exporter));
            running.add(mesh.bridge("osaka", exporter));
            MeshBridge tokyo = mesh.bridge("tokyo", links.caller() + Mesh.imports("http", ORDERS));
            tokyo.admin().awaitExporters(ORDERS, 2);
            Traffic traffic = Traffic.of(tokyo, ORDERS, CALLERS);
            traffic.awaitMore(200);

            // When
            for (int round = 0; round < 4; round++) {
                running.removeFirst().node().stop();
                MeshBridge next = mesh.bridge("osaka", exporter);
                Await.until("the new one is ready", next.admin()::ready);
                running.add(next);
            }
            traffic.awaitMore(200);

            // Then
            assertEquals(List.of(), traffic.stop());
        }
    }
}
