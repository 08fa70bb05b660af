package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.mesh.Mesh.MeshRelay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bridge that exports ten thousand services, by start and by reload.
@Timeout(240)
class ManyServicesIT {
    private static final String LAST = "team/last";
    private static final int MANY = 10_000;
    /// Far less than all of them deflated; what a change costs to the byte is a unit test's business.
    private static final int WHOLE = 20_000;

    private static final Duration QUIET = Duration.ofMillis(500);
    private static final int SIGNS_OF_LIFE = 1_000;

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService origin;
    private MeshRelay relay;
    private String links;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        origin = ScriptedService.following(new HttpScript("osaka"));
        relay = mesh.relayAt("relay-1", "tls");
        links = Mesh.linksTo(relay.url()) + "limits: { drainTimeout: 1s }\n";
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        origin.close();
    }

    /// So many services, and others.
    private String exports(int count, String... others) {
        StringBuilder yaml = new StringBuilder("exports:\n");
        for (int i = 0; i < count; i++) {
            yaml.append(export("team-" + i % 100 + "/service-" + i));
        }
        List.of(others).forEach(other -> yaml.append(export(other)));
        return yaml.toString();
    }

    private String export(String service) {
        return "  - { service: %s, ports: [ { name: main, port: 80, protocol: http, target: \"127.0.0.1:%d\" } ] }\n"
                .formatted(service, origin.port());
    }

    private MeshBridge tokyo() throws Exception {
        return mesh.bridge("tokyo", links + Mesh.imports("http", "team-99/service-9999", LAST));
    }

    @Test
    void tenThousandByStartAndOneMoreByReload() throws Exception {
        // Given
        MeshBridge osaka = mesh.bridge("osaka", links + exports(MANY));
        MeshBridge tokyo = tokyo();
        tokyo.awaitAnswer("team-99/service-9999");
        assertTrue(osaka.admin().ready());
        assertEquals(503, tokyo.get(LAST, "/name").status());
        double before = whenAllIsTold();

        // When
        osaka.change(links + exports(MANY, LAST));
        tokyo.awaitAnswer(LAST);

        // Then
        double bytes = relay.admin().sum("hikyaku_link_bytes_total", "out") - before;
        assertTrue(bytes < WHOLE, "a change of " + bytes + " bytes");
        assertEquals(MANY + 1, tokyo.admin().status().services().size());
    }

    /// What the relay has sent, once it sends nothing but signs of life: tokyo may call before it was told on all
    /// links.
    private double whenAllIsTold() throws Exception {
        AtomicReference<Double> before = new AtomicReference<>(0.0);
        Await.until("the relay has told all", () -> {
            LockSupport.parkNanos(QUIET.toNanos());
            double sent = relay.admin().sum("hikyaku_link_bytes_total", "out");
            return sent - before.getAndSet(sent) < SIGNS_OF_LIFE;
        });
        return before.get();
    }

    @Test
    void tenThousandByReload() throws Exception {
        // Given
        MeshBridge osaka = mesh.bridge("osaka", links + exports(0, LAST));
        MeshBridge tokyo = tokyo();
        tokyo.awaitAnswer(LAST);

        // When
        osaka.change(links + exports(MANY));

        // Then
        tokyo.awaitAnswer("team-99/service-9999");
        Await.until("the other is gone", () -> tokyo.get(LAST, "/name").status() == 503);
    }

    @Test
    void aSubscriberIsToldOfWhatItImportsAndOfMoreWhenItImportsMore() throws Exception {
        // Given
        mesh.bridge("osaka", links + exports(1_000, LAST));
        String subscribed = links + "subscribe: imports\n";
        MeshBridge tokyo = mesh.bridge("tokyo", subscribed + Mesh.imports("http", LAST));
        tokyo.awaitAnswer(LAST);
        int known = tokyo.admin().status().services().size();

        // When
        tokyo.change(subscribed + Mesh.imports("http", LAST, "team-7/service-7"));
        Await.until("it listens for it", () -> tokyo.node().imported().size() == 2);

        // Then
        tokyo.awaitAnswer("team-7/service-7");
        assertTrue(known < 200, known + " services were told");
    }

    @Test
    void moreThanFitAreRefusedWholeAndAllGoesOn() throws Exception {
        // Given
        MeshBridge osaka = mesh.bridge("osaka", links + exports(0, LAST));
        MeshBridge tokyo = tokyo();
        tokyo.awaitAnswer(LAST);

        // When
        osaka.change(links + exports(20_001));
        Await.until("it is refused", () -> osaka.admin().sum("hikyaku_config_reloads_total", "refused") > 0);

        // Then
        assertEquals(200, tokyo.get(LAST, "/name").status());
        String said = String.valueOf(osaka.admin().status().lifecycle().configuration());
        assertTrue(said.contains("20001 services, at most 20000"), said);

        // When the file is put right
        osaka.change(links + exports(3, LAST));
        Await.until("it is taken", () -> osaka.admin().sum("hikyaku_config_reloads_total", "applied") > 0);

        // Then
        tokyo.awaitAnswer(LAST);
        assertEquals(0, osaka.admin().sum("hikyaku_tasks_failed_total"));
        assertFalse(osaka.admin().status().services().isEmpty());
    }
}
