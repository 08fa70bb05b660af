package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A relay and bridges, processes of their own, whose standard error or access log is a pipe that nobody reads and that
/// is full already.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // nobody interrupts who reads a pipe
class UnreadLogIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final String WEB = "shop/orders";
    private static final int PIPE_BYTES = 64 << 10;

    @TempDir
    private Path folder;

    private Path fifo;
    private RandomAccessFile pipe;
    private ScriptedService service;

    @BeforeEach
    void fillThePipe() throws Exception {
        fifo = NamedPipe.at(folder.resolve("log"));
        pipe = new RandomAccessFile(fifo.toFile(), "rw"); // both ends, so that opening waits for nobody
        pipe.write(("-".repeat(63) + "\n").repeat(PIPE_BYTES / 64).getBytes(StandardCharsets.US_ASCII));
        service = ScriptedService.following(new HttpScript("osaka"));
    }

    @AfterEach
    void close() throws Exception {
        pipe.close();
        service.close();
    }

    private LocalMesh mesh(String redirection) throws Exception {
        return LocalMesh.open(
                "unread-" + ProcessHandle.current().pid(),
                List.of("sh", "-c", "exec \"$@\" " + redirection + " '" + fifo + "'", "sh"),
                SMALL);
    }

    private Program bridge(LocalMesh mesh, int port, String more) throws Exception {
        return mesh.bridge(
                "tokyo",
                "tokyo",
                List.of(),
                List.of(new LocalMesh.Export(WEB, 80, "http", "127.0.0.1:" + service.port())),
                List.of(new LocalMesh.Import(WEB, 80, port)),
                "listen: [ \"tls://127.0.0.1:0\" ]\n" + more);
    }

    private static int ask(int port, String path) throws IOException {
        try (Talk caller = Talk.with(port)) {
            return caller.get(path).status();
        }
    }

    private static boolean isAnswered(int port) {
        try {
            return ask(port, "/name") == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void refusedRequests(int port, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            try (Talk caller = Talk.with(port)) {
                caller.say("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
                assertTrue(caller.hearAll().startsWith("HTTP/1.1 400"));
            }
        }
    }

    /// @param wanted what one line holds
    private String readUntil(String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        String line;
        do {
            line = pipe.readLine();
            seen.append(line).append('\n');
        } while (!line.contains(wanted));
        return seen.toString();
    }

    private static double metric(Program program, String name) throws Exception {
        List<String> lines =
                program.metrics().lines().filter(line -> line.startsWith(name)).toList();
        assertFalse(lines.isEmpty(), name + " is no metric");
        return lines.stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void aBridgeGoesOnAndEndsWhenNobodyReadsItsLog() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = mesh("2<>")) {
            // Given
            Program bridge = bridge(mesh, port, "log: { level: trace }\n");
            Await.until("calls are answered", () -> isAnswered(port));

            // When
            refusedRequests(port, 300);

            // Then
            assertEquals(200, ask(port, "/name"));
            assertEquals(0, metric(bridge, "hikyaku_log_dropped_total"), "all of it fits into the queue");
            assertEquals(Exit.DONE, bridge.stop());
        }
    }

    @Test
    void aRelayGoesOnAndWhatItQueuedIsReadLater() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = mesh("2<>")) {
            // Given
            Program relay = mesh.relay("relay-1", List.of("tls://127.0.0.1:" + port), List.of());
            for (int i = 0; i < 50; i++) {
                try (Talk stranger = Talk.with(port)) {
                    stranger.say("GET / HTTP/1.1\r\n\r\n");
                    stranger.hearAll();
                } catch (IOException reset) {
                    // which is as good
                }
            }
            assertTrue(relay.status().get("ready").asBoolean());

            // When
            String log = readUntil("admin at");
            int code = relay.stop();
            String end = readUntil("relay has stopped");

            // Then
            assertTrue(log.contains("relay-1"), log);
            assertTrue(end.contains("relay relay-1 drains"), end);
            assertEquals(Exit.DONE, code);
        }
    }

    @Test
    void callsGoOnWhenNobodyReadsTheAccessLogOnStandardOutput() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = mesh("1<>")) {
            // Given
            Program bridge = bridge(mesh, port, "accessLog: { path: stdout }\n");
            Await.until("calls are answered", () -> isAnswered(port));
            try (Talk caller = Talk.with(port)) {
                // When
                for (int i = 0; i < 12_000; i++) {
                    assertEquals(200, caller.get("/name").status());
                }
            }
            assertTrue(metric(bridge, "hikyaku_access_log_dropped_total") > 0);
            readUntil("\"shop/orders:80\"");
            Thread reader = Thread.ofPlatform()
                    .daemon()
                    .start(
                            () -> { // a virtual one would keep its carrier
                                try {
                                    readUntil("never");
                                } catch (IOException closed) {
                                    // at the end of the test
                                }
                            });

            // Then
            Await.until("it flows again", () -> {
                assertEquals(200, ask(port, "/name"));
                return standardErrorOf(mesh).contains("lines of the access log were dropped");
            });
            assertEquals(Exit.DONE, bridge.stop());
            assertTrue(reader.isAlive());
        }
    }

    private static String standardErrorOf(LocalMesh mesh) throws IOException {
        return Files.readString(mesh.folder().resolve("tokyo.log"));
    }

    @Test
    void aBridgeStartsWhenItsAccessLogIsAPipeThatNobodyHasOpened() throws Exception {
        int port = Ports.free();
        Path unopened = NamedPipe.at(folder.resolve("unopened"));
        try (LocalMesh mesh =
                LocalMesh.open("unopened-" + ProcessHandle.current().pid(), SMALL)) {
            // When
            Program bridge = bridge(mesh, port, "accessLog: { path: \"" + unopened + "\" }\n");

            // Then
            Await.until("calls are answered", () -> isAnswered(port));
            try (RandomAccessFile reader = new RandomAccessFile(unopened.toFile(), "rw")) {
                assertTrue(reader.readLine().contains("\"shop/orders:80\""));
            }
            assertEquals(Exit.DONE, bridge.stop());
        }
    }
}
