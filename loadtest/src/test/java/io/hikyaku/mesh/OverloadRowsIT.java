package io.hikyaku.mesh;

import static io.hikyaku.mesh.HttpScript.ENDLESS;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a caller is told when there is too much to do: at the exporter, or at its own bridge.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class OverloadRowsIT {
    private static final ToldProblem TOLD = new ToldProblem(503, "connection_limit_reached", 14);

    private static final String ONE_STREAM = "limits: { channel: { maxStreams: 1 } }\n";
    private static final String LITTLE_MEMORY =
            "limits: { budget: 64KiB, channel: { window: 64KiB }, stream: { window: 16KiB },"
                    + " call: { maxHeaderSize: 16KiB } }\n";
    /// Calls are spread over the event loops, each of which has channels of its own: so many that are refused in a
    /// row say that the next ones will be, too.
    private static final int REFUSED_IN_A_ROW = 8;

    @TempDir
    static Path folder;

    private static @Nullable World world;

    @Parameter
    Carrier carrier;

    /// What is used up.
    enum UsedUp {
        STREAMS_OF_THE_EXPORTER,
        MEMORY_OF_THE_EXPORTER,
        MEMORY_OF_THE_CALLERS_BRIDGE;

        String service() {
            return "row/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        String line() {
            return service().replace("row/", "line/");
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(Carrier carrier) throws Exception {
        world = new World(carrier);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        world.close();
    }

    @ParameterizedTest
    @EnumSource
    void isToldInEveryForm(UsedUp what) throws Exception {
        TOLD.requireInEveryForm(world.caller, world.bridgeOf(what).port(what.service(), 80));
    }

    @ParameterizedTest
    @EnumSource
    void isAResetInTcp(UsedUp what) throws Exception {
        // When
        try (Talk caller = world.bridgeOf(what).to(what.line())) {

            // Then
            assertTrue(caller.hearReset());
        }
    }

    /// One bridge takes one stream in each channel; another has memory for a few streams. As many calls as that are
    /// held by the service.
    private static final class World implements AutoCloseable {
        private final Http2Caller caller = new Http2Caller();
        private final Mesh mesh = new Mesh(folder);
        private final AtomicInteger held = new AtomicInteger();
        private final Mesh.MeshBridge tokyo;
        private final Mesh.MeshBridge poor;

        World(Carrier carrier) throws Exception {
            Carrier.Links links = carrier.open(mesh);
            ScriptedService holding = mesh.closedAtTheEnd(ScriptedService.following(service -> {
                service.hearHead();
                held.incrementAndGet();
                HttpScript.readNothing(service);
            }));
            mesh.bridge("osaka", links.exporter() + ONE_STREAM + exports(UsedUp.STREAMS_OF_THE_EXPORTER, holding));
            poor = mesh.bridge(
                    "tokyo",
                    links.caller()
                            + LITTLE_MEMORY
                            + exports(UsedUp.MEMORY_OF_THE_EXPORTER, holding)
                            + imports(UsedUp.MEMORY_OF_THE_CALLERS_BRIDGE));
            tokyo = mesh.bridge(
                    "tokyo",
                    links.caller()
                            + exports(UsedUp.MEMORY_OF_THE_CALLERS_BRIDGE, holding)
                            + imports(UsedUp.STREAMS_OF_THE_EXPORTER, UsedUp.MEMORY_OF_THE_EXPORTER));
            for (UsedUp what : UsedUp.values()) {
                bridgeOf(what).admin().awaitExporters(what.service(), 1);
                bridgeOf(what).admin().awaitExporters(what.line(), 1);
            }
            for (UsedUp what : UsedUp.values()) {
                fill(what);
            }
        }

        /// Opens calls that the service holds and does not read, until no more of them get through.
        private void fill(UsedUp what) throws Exception {
            int refused = 0;
            while (refused < REFUSED_IN_A_ROW) {
                int before = held.get();
                Talk holder = mesh.closedAtTheEnd(bridgeOf(what).to(what.service()));
                holder.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
                Thread.ofVirtual().start(() -> HttpScript.pour(holder));
                Await.until(
                        "it is held or refused after " + before,
                        () -> held.get() > before || holder.in().available() > 0);
                refused = held.get() > before ? 0 : refused + 1;
            }
        }

        private static String exports(UsedUp what, ScriptedService target) {
            return """
                    exports:
                      - { service: %s, ports: [ { name: a, port: 80, protocol: http, target: "127.0.0.1:%3$d" } ] }
                      - { service: %s, ports: [ { name: a, port: 80, protocol: tcp, target: "127.0.0.1:%3$d" } ] }
                    """.formatted(what.service(), what.line(), target.port());
        }

        private static String imports(UsedUp... whats) {
            StringBuilder yaml = new StringBuilder("imports:\n");
            for (UsedUp what : whats) {
                yaml.append("""
                          - { service: %s, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: http } ] }
                          - { service: %s, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: tcp } ] }
                        """.formatted(what.service(), what.line()));
            }
            return yaml.toString();
        }

        Mesh.MeshBridge bridgeOf(UsedUp what) {
            return what == UsedUp.MEMORY_OF_THE_CALLERS_BRIDGE ? poor : tokyo;
        }

        @Override
        public void close() throws Exception {
            caller.close();
            mesh.close();
        }
    }
}
