package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Opaque TCP: many connections, and long ones.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class TcpLinesIT {
    private static final int CALLERS = 20;
    private static final int CONNECTIONS = 60;
    private static final String ESTABLISHED = "01";
    private static final String KEEPALIVE = "02:";

    @Parameter
    Carrier carrier;

    private SharedMesh mesh;

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.awaitQuiet();
    }

    @Test
    void aThousandShortConnectionsHearTheirOwnBytes() throws Exception {
        // Given
        mesh.line.follow(service -> service.say(service.hearAll()));
        List<Future<Integer>> callers = new ArrayList<>();

        // When
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                int seed = caller;
                callers.add(threads.submit(() -> ownAnswers(seed)));
            }
        }

        // Then
        for (Future<Integer> caller : callers) {
            assertEquals(CONNECTIONS, caller.get(60, TimeUnit.SECONDS));
        }
    }

    private int ownAnswers(int seed) throws IOException {
        int own = 0;
        for (int number = 0; number < CONNECTIONS; number++) {
            String text = WebService.text(WebService.payload(seed * 1000L + number, number * 7));
            try (Talk caller = Talk.with(mesh.port(SharedMesh.LINE))) {
                caller.say(text).sayEnd();
                own += caller.hearAll().equals(text) ? 1 : 0;
            }
        }
        return own;
    }

    @Test
    void theKernelLooksAfterIdleConnectionsOnBothSides() throws Exception {
        // Given
        assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")), "there is no /proc/net/tcp here");
        mesh.line.follow(service -> {
            service.say("ready");
            service.hearAll();
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.LINE))) {

            // When
            caller.hear(5);

            // Then
            awaitKeptAlive(1, mesh.port(SharedMesh.LINE));
            awaitKeptAlive(2, mesh.line.port());
        }
    }

    /// What is not acknowledged yet has another timer for a moment.
    ///
    /// @param column of the table: 1 for its own address, 2 for the other end's
    private static void awaitKeptAlive(int column, int port) throws Exception {
        Await.until("a keepalive timer at " + port, () -> {
            List<String[]> connections = connections(column, ":%04X".formatted(port));
            return !connections.isEmpty()
                    && connections.stream().allMatch(connection -> connection[5].startsWith(KEEPALIVE));
        });
    }

    private static List<String[]> connections(int column, String end) throws IOException {
        List<String[]> connections = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc/net", table);
            if (Files.isReadable(file)) {
                Files.readAllLines(file).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(line -> line[column].endsWith(end) && line[3].equals(ESTABLISHED))
                        .forEach(connections::add);
            }
        }
        return connections;
    }
}
