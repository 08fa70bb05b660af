package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.mesh.Mesh.MeshRelay;
import io.hikyaku.status.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What SIGTERM does to calls that run, and to those that come: nothing, as long as there is another way.
@Timeout(120)
class DrainIT {
    private static final String ORDERS = "shop/orders";
    private static final String LINE = "shop/line";
    private static final int CALLERS = 4;
    private static final String QUICK = "limits: { link: { reconnectBackoffMin: 20ms, reconnectBackoffMax: 200ms } }\n";

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService service;
    private ScriptedService line;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        service = ScriptedService.following(new HttpScript("osaka-1"));
        line = ScriptedService.following(DrainIT::countUp);
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
        service.close();
        line.close();
    }

    /// Says a number for each byte that it hears.
    private static void countUp(Talk caller) throws Exception {
        int count = 0;
        while (caller.in().read() >= 0) {
            caller.say("%08d".formatted(++count));
        }
    }

    private MeshBridge tokyo(String links, String more) throws Exception {
        return mesh.bridge("tokyo", links + more + """
                imports:
                  - { service: shop/orders, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: http } ] }
                  - { service: shop/line, ports: [ { port: 80, listen: "127.0.0.1:0", protocol: tcp } ] }
                """);
    }

    private MeshBridge osaka(String links, String more) throws Exception {
        return mesh.bridge("osaka", links + more + exports(service, line));
    }

    private static String exports(ScriptedService orders, ScriptedService lines) {
        return Mesh.exports("http", Map.of(ORDERS, orders.port()))
                + Mesh.exports("tcp", Map.of(LINE, lines.port())).replace("exports:\n", "");
    }

    private static CompletableFuture<Void> inBackground(Stop stop) {
        return CompletableFuture.runAsync(() -> {
            try {
                stop.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private interface Stop {
        void run() throws Exception;
    }

    /// What stops, and what is there in its place.
    enum Between {
        RELAY_AND_RELAY,
        RELAY_AND_KAFKA,
        HUB_AND_RELAY
    }

    /// @param stop as SIGTERM does
    private record Middle(Admin admin, String url, Stop stop) {}

    private Middle middle(Between between) throws Exception {
        if (between == Between.HUB_AND_RELAY) {
            MeshBridge hub = mesh.bridge("hub", "listen: [ \"tls://127.0.0.1:0\" ]\n");
            return new Middle(hub.admin(), hub.url(), hub.node()::stop);
        }
        MeshRelay relay = mesh.relayAt("relay-1", "tls");
        return new Middle(relay.admin(), relay.url(), relay.node()::stop);
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void noCallIsLostWhenWhatLiesBetweenIsToldToStopAndThereIsAnotherWay(Between between) throws Exception {
        // Given
        Middle first = middle(between);
        int second = Ports.free();
        boolean kafka = between == Between.RELAY_AND_KAFKA;
        String links = "transit: [ hub ]\n"
                + Mesh.linksTo(first.url())
                + (kafka ? overKafka() : "  - relay: \"wss://127.0.0.1:" + second + "/link\"\n");
        MeshBridge osaka = osaka(links, QUICK);
        MeshBridge tokyo = tokyo(links, QUICK);
        tokyo.awaitAnswer(ORDERS);
        Await.until("the first is used", () -> pathFrom(tokyo, osaka).contains(first.url()));
        if (!kafka) {
            MeshRelay relay = mesh.relay("relay-2", "listen: [ \"wss://127.0.0.1:%d/link\" ]\n".formatted(second));
            Await.until("the second is there", () -> relay.admin().sum("hikyaku_links_up") == 4);
        }
        Traffic traffic = Traffic.of(tokyo, ORDERS, CALLERS);
        try (Talk lasting = tokyo.to(LINE)) {
            assertEquals("00000001", lasting.say("x").hear(8));
            traffic.awaitMore(100);

            // When
            CompletableFuture<Void> stopped = inBackground(first.stop());
            Await.until("it says so", () -> draining(first.admin()));
            boolean readyMeanwhile = first.admin().ready();
            int count = 1;
            while (!stopped.isDone()) {
                assertEquals("%08d".formatted(++count), lasting.say("x").hear(8));
            }
            stopped.get();
            traffic.awaitMore(100);

            // Then
            assertFalse(readyMeanwhile);
            assertEquals("%08d".formatted(++count), lasting.say("x").hear(8));
            assertEquals(List.of(), traffic.stop());
            assertFalse(pathFrom(tokyo, osaka).contains(first.url()));
        }
        tokyo.admin().awaitQuiet();
        osaka.admin().awaitQuiet();
    }

    private String overKafka() throws Exception {
        Broker broker = BrokerKind.PROCESS.shared();
        mesh.prepareKafka(broker, "tokyo", "osaka");
        return Mesh.linkTo(broker);
    }

    private static String pathFrom(MeshBridge from, MeshBridge to) throws Exception {
        return from.admin().status().members().stream()
                .filter(member -> member.node().equals(to.node().nodeId().toString()))
                .map(member -> String.valueOf(member.path()))
                .findFirst()
                .orElse("");
    }

    private static boolean draining(Admin admin) throws Exception {
        NodeStatus.Lifecycle lifecycle = admin.status().lifecycle();
        return Objects.requireNonNull(lifecycle).draining();
    }

    @Test
    void noCallIsLostWhenOneOfTwoInstancesIsToldToStop() throws Exception {
        try (ScriptedService second = ScriptedService.following(new HttpScript("osaka-2"))) {
            // Given
            String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
            MeshBridge stopping = osaka(links, "");
            mesh.bridge("osaka", links + Mesh.exports("http", Map.of(ORDERS, second.port())));
            MeshBridge tokyo = tokyo(links, "");
            tokyo.admin().awaitExporters(ORDERS, 2);
            tokyo.admin().awaitExporters(LINE, 1);
            Traffic traffic = Traffic.of(tokyo, ORDERS, CALLERS);
            try (Talk running = tokyo.to(LINE)) {
                assertEquals("00000001", running.say("x").hear(8));
                Await.until(
                        "both answer", () -> traffic.answersOf("osaka-1") > 10 && traffic.answersOf("osaka-2") > 10);

                // When
                CompletableFuture<Void> stopped = inBackground(stopping.node()::stop);
                tokyo.admin().awaitExporters(ORDERS, 1);
                traffic.awaitMore(50);

                // Then
                assertFalse(stopping.admin().ready());
                assertTrue(draining(stopping.admin()));
                assertFalse(stopped.isDone(), "a call runs");
                assertEquals("00000002", running.say("x").hear(8));
                running.sayEnd();
                assertEquals("", running.hearAll());
                stopped.get();
                traffic.awaitNewCalls();
                int before = traffic.answersOf("osaka-1");
                traffic.awaitMore(50);
                assertEquals(List.of(), traffic.stop());
                assertEquals(before, traffic.answersOf("osaka-1"));
            }
        }
    }

    @Test
    void whatRunsLongerThanTheGraceIsReset() throws Exception {
        // Given
        String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        MeshBridge osaka = osaka(links, "limits: { drainTimeout: 500ms }\n");
        MeshBridge tokyo = tokyo(links, "");
        tokyo.admin().awaitExporters(LINE, 1);
        try (Talk running = tokyo.to(LINE)) {
            assertEquals("00000001", running.say("x").hear(8));

            // When
            osaka.node().stop();

            // Then
            assertTrue(running.hearReset());
            assertTrue(line.takeEnding().contains("reset"));
        }
        tokyo.admin().awaitQuiet();
    }

    @Test
    void callersOfABridgeThatStopsGetTheirAnswersAndNoNewConnection() throws Exception {
        // Given
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        service.follow(caller -> {
            caller.hearHead();
            asked.countDown();
            answer.await();
            caller.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
            caller.hearAll();
        });
        String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        osaka(links, "");
        MeshBridge tokyo = tokyo(links, "");
        tokyo.admin().awaitExporters(ORDERS, 1);
        int port = tokyo.port(ORDERS, 80);
        try (Talk running = Talk.with(port)) {
            running.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            asked.await();

            // When
            CompletableFuture<Void> stopped = inBackground(tokyo.node()::stop);
            Await.until("nobody is let in", () -> isRefused(port));
            answer.countDown();

            // Then
            Talk.Answer heard = running.hearAnswer();
            assertEquals("late", heard.body());
            assertEquals("close", heard.head().field("Connection"));
            assertEquals("", running.hearAll());
            stopped.get();
        }
    }

    private static boolean isRefused(int port) throws Exception {
        try (Talk talk = Talk.with(port)) {
            return false;
        } catch (java.net.ConnectException refused) {
            return true;
        }
    }

    @Test
    void aRelayThatNobodyCanReplaceServesRunningCallsUntilTheGraceIsOver() throws Exception {
        // Given
        MeshRelay relay = mesh.relay("relay-1", "listen: [ \"tls://127.0.0.1:0\" ]\nlimits: { drainTimeout: 10s }\n");
        osaka(Mesh.linksTo(relay.url()), "");
        MeshBridge tokyo = tokyo(Mesh.linksTo(relay.url()), "");
        tokyo.awaitAnswer(ORDERS);
        try (Talk silent = tokyo.to(LINE)) {
            assertEquals("00000001", silent.say("x").hear(8));

            // When
            long before = System.nanoTime();
            CompletableFuture<Void> stopped = inBackground(relay.node()::stop);
            Await.until("it says so", () -> draining(relay.admin()));
            Talk.Answer meanwhile = tokyo.get(ORDERS, "/name");
            stopped.get();
            Duration took = Duration.ofNanos(System.nanoTime() - before);

            // Then
            assertEquals(200, meanwhile.status());
            assertTrue(took.compareTo(Duration.ofSeconds(10)) >= 0, "ended after " + took);
            assertTrue(silent.hearReset());
        }
    }
}
