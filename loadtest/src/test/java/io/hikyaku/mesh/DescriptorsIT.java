package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A bridge in a process of its own that may have few file descriptors, and many who want one.
@Timeout(120)
class DescriptorsIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final int LIMIT = 512;
    private static final int RELAY_LIMIT = 320;
    private static final int GREETING_OF_ONE_SOURCE = 200;
    private static final String WEB = "shop/orders";
    private static final String LINE = "shop/line";

    /// Connections that are opened and say nothing.
    private static final class Flood implements AutoCloseable {
        private final List<Talk> connections = new ArrayList<>();

        void rise(int port, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                connections.add(Talk.with(port));
            }
        }

        /// Opens one more that stays, and asks on it.
        boolean isTurnedAway(int port) throws IOException {
            Talk newcomer = Talk.with(port);
            connections.add(newcomer);
            try {
                newcomer.get("/name");
                return false;
            } catch (SocketException reset) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            for (Talk connection : connections) {
                connection.close();
            }
        }
    }

    private static Talk.Answer ask(Program program, String path) throws Exception {
        try (Talk fresh = Talk.with(Admin.of(program).port())) {
            return fresh.get(path);
        }
    }

    /// It lives, and nobody should send it calls.
    private static boolean isShort(Program program) throws Exception {
        assertEquals(200, ask(program, "/livez").status());
        Talk.Answer ready = ask(program, "/readyz");
        return ready.status() == 503 && ready.body().contains("not ready: file descriptors run short");
    }

    private static boolean isAnswered(int port) {
        try (Talk caller = Talk.with(port)) {
            return caller.get("/name").status() == 200;
        } catch (IOException turnedAway) {
            return false;
        }
    }

    @Test
    void aFloodIsTurnedAwayWhileCallsAndTheAdminServerGoOn() throws Exception {
        List<Integer> ports = Ports.free(2);
        int web = ports.get(0);
        int line = ports.get(1);
        try (LocalMesh mesh = LocalMesh.withDescriptors(
                        LIMIT, "descriptors-" + ProcessHandle.current().pid(), SMALL);
                ScriptedService service = ScriptedService.following(new HttpScript("osaka"));
                ScriptedService echo = ScriptedService.following(Talk::giveBack)) {
            // Given
            long begun = System.nanoTime();
            Program bridge = mesh.bridge(
                    "tokyo",
                    "tokyo",
                    List.of(),
                    List.of(
                            new LocalMesh.Export(WEB, 80, "http", "127.0.0.1:" + service.port()),
                            new LocalMesh.Export(LINE, 80, "tcp", "127.0.0.1:" + echo.port())),
                    List.of(new LocalMesh.Import(WEB, 80, web), new LocalMesh.Import(LINE, 80, line)),
                    "listen: [ \"tls://127.0.0.1:0\" ]\n");
            Await.until("calls are answered", () -> isAnswered(web));
            try (Talk running = Talk.with(line);
                    Flood flood = new Flood()) {
                assertEquals("still", running.say("still").hear(5));

                // When
                flood.rise(line, LIMIT); // each of these dials the service as well
                flood.rise(web, LIMIT);

                // Then: a service that cannot be dialled has its caller leave, and makes room for a moment
                Await.until("newcomers are turned away, as it says", () -> flood.isTurnedAway(web) && isShort(bridge));
                assertEquals("still", running.say("still").hear(5));
                assertTrue(Admin.of(bridge).sum("hikyaku_connections_shed_total", "direction=\"in\"") > 0);
            }
            Await.until("calls are answered again", () -> isAnswered(web));
            Await.until("it is ready again", () -> ask(bridge, "/readyz").status() == 200);
            long lines = bridge.log()
                    .lines()
                    .filter(said -> said.contains("file descriptors run short"))
                    .count();
            long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begun);
            assertTrue(lines >= 1 && lines <= 1 + minutes, lines + " lines in " + minutes + " minutes");
        }
    }

    @Test
    void aRelayIsNotReadyWhileItTurnsBridgesAway() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = LocalMesh.withDescriptors(
                RELAY_LIMIT, "relay-descriptors-" + ProcessHandle.current().pid(), SMALL)) {
            // Given
            Program relay = mesh.relay("relay-1", List.of("tls://127.0.0.1:" + port), List.of());
            try (Flood flood = new Flood()) {
                // When
                flood.rise(port, GREETING_OF_ONE_SOURCE);

                // Then
                Await.until("it is not ready", () -> isShort(relay));
            }
            Await.until("it is ready again", () -> ask(relay, "/readyz").status() == 200);
        }
    }
}
