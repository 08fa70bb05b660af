package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where calls go when exporters fail, and when they are back.
@Timeout(120)
class BalancingIT {
    private static final String ORDERS = "shop/orders";
    /// Failures in a row, and for how long it is spared then at least: each time that is over, one call finds out.
    private static final int EJECTING = 3;

    private static final int EJECTED_SECONDS = 3;

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
            long begun = System.nanoTime();
            callOften(caller);
            double retried = tokyo.admin().sum("hikyaku_calls_retried_total", ORDERS, "target-refused");
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);

            // Then
            assertTrue(tokyo.admin().sum("hikyaku_exporters_ejected", ORDERS) > 0);
            assertTrue(tokyo.admin().sum("hikyaku_targets_ejected", ORDERS) > 0);
            assertTrue(retried >= EJECTING, retried + " calls were retried");
            assertTrue(retried <= EJECTING + seconds / EJECTED_SECONDS, retried + " calls were retried");
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
            Await.until("no exporter is ejected", () -> tokyo.admin().sum("hikyaku_exporters_ejected") == 0);
            Await.until("no target is ejected", () -> tokyo.admin().sum("hikyaku_targets_ejected") == 0);
        }
    }

    private static void callOften(Talk caller) throws Exception {
        for (int call = 0; call < 20; call++) {
            assertEquals("osaka", caller.get("/name").body());
        }
    }
}
