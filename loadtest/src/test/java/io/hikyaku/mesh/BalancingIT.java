package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where calls go when exporters fail, and when they are back.
@Timeout(120)
class BalancingIT {
    private static final String ORDERS = "shop/orders";

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService far;
    private int nearPort;
    private MeshBridge tokyo;

    @BeforeEach
    void startWithADeadServiceNearby() throws Exception {
        mesh = new Mesh(folder);
        far = mesh.closedAtTheEnd(ScriptedService.following(new HttpScript("osaka")));
        nearPort = Ports.free();
        String relay = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        mesh.bridge("osaka", relay + Mesh.exports("http", Map.of(ORDERS, far.port())));
        tokyo = mesh.bridge(
                "tokyo", relay + Mesh.exports("http", Map.of(ORDERS, nearPort)) + Mesh.imports("http", ORDERS));
        tokyo.admin().awaitExporters(ORDERS, 2);
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    @Test
    void noCallFailsWhileAServiceIsDeadSomewhereAndItIsAvoided() throws Exception {
        try (Talk caller = tokyo.to(ORDERS)) {
            // When
            callOften(caller);

            // Then
            assertTrue(tokyo.admin().sum("hikyaku_exporters_ejected", ORDERS) > 0);
            assertTrue(tokyo.admin().sum("hikyaku_targets_ejected", ORDERS) > 0);
            assertEquals(3, tokyo.admin().sum("hikyaku_calls_retried_total", ORDERS, "target-refused"));
            tokyo.admin().awaitExporters(ORDERS, 1);
        }
    }

    @Test
    void aServiceThatIsBackIsCalledAgain() throws Exception {
        try (Talk caller = tokyo.to(ORDERS)) {
            // Given
            callOften(caller);

            // When
            mesh.closedAtTheEnd(ScriptedService.at(nearPort, new HttpScript("tokyo")));

            // Then
            Await.until(
                    "the near service is called",
                    () -> caller.get("/name").body().equals("tokyo"));
            tokyo.admin().awaitExporters(ORDERS, 2);
            assertEquals(0, tokyo.admin().sum("hikyaku_exporters_ejected"));
            assertEquals(0, tokyo.admin().sum("hikyaku_targets_ejected"));
        }
    }

    private static void callOften(Talk caller) throws Exception {
        for (int call = 0; call < 20; call++) {
            assertEquals("osaka", caller.get("/name").body());
        }
    }
}
