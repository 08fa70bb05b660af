package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.ServicePort;
import io.hikyaku.identity.Member;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.status.NodeStatus;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The configuration file changes while calls run.
@Timeout(120)
class ReloadIT {
    private static final String ORDERS = "shop/orders";
    private static final String MORE = "shop/more";
    private static final String LINE = "shop/line";
    private static final String LIMITS = "limits: { drainTimeout: 10s }\n";

    @TempDir
    Path folder;

    private Mesh mesh;
    private ScriptedService orders;
    private ScriptedService more;
    private ScriptedService line;
    private String links;
    private MeshBridge tokyo;
    private MeshBridge osaka;
    private int port;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        orders = ScriptedService.following(new HttpScript("orders"));
        more = ScriptedService.following(new HttpScript("more"));
        line = ScriptedService.following(Talk::giveBack);
        links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url()) + LIMITS;
        osaka = mesh.bridge("osaka", links + exports(ORDERS, LINE));
        port = Ports.free();
        tokyo = mesh.bridge("tokyo", links + imports(ORDERS, "0", "http") + entry(LINE, "" + port, "tcp"));
        tokyo.admin().awaitExporters(ORDERS, 1);
        tokyo.admin().awaitExporters(LINE, 1);
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
        orders.close();
        more.close();
        line.close();
    }

    private String exports(String... services) {
        Map<String, Integer> targets = Map.of(ORDERS, orders.port(), MORE, more.port(), LINE, line.port());
        StringBuilder yaml = new StringBuilder("exports:\n");
        for (String service : services) {
            String one = Mesh.exports(service.equals(LINE) ? "tcp" : "http", Map.of(service, targets.get(service)));
            yaml.append(one.replace("exports:\n", ""));
        }
        return yaml.toString();
    }

    private static String imports(String service, String listen, String protocol) {
        return "imports:\n" + entry(service, listen, protocol);
    }

    private static String entry(String service, String listen, String protocol) {
        return "  - { service: %s, ports: [ { port: 80, listen: \"127.0.0.1:%s\", protocol: %s } ] }\n"
                .formatted(service, listen, protocol);
    }

    private static void awaitOutcome(MeshBridge bridge, String outcome, int times) throws Exception {
        Await.until(
                outcome + " " + times + " times",
                () -> bridge.admin().sum("hikyaku_config_reloads_total", "\"" + outcome + "\"") == times);
    }

    private static NodeStatus.Reload lastReload(MeshBridge bridge) throws Exception {
        NodeStatus.Lifecycle lifecycle =
                Objects.requireNonNull(bridge.admin().status().lifecycle());
        return Objects.requireNonNull(lifecycle.configuration());
    }

    private static void assertGivesBack(Talk talk) throws Exception {
        assertEquals("still", talk.say("still").hear(5));
    }

    @Test
    void exportsAndImportsComeWithoutTouchingCallsThatRun() throws Exception {
        // Given
        Traffic traffic = Traffic.of(tokyo, ORDERS, 2);
        int ordersPort = tokyo.port(ORDERS, 80);
        try (Talk running = Talk.with(port);
                Talk kept = Talk.with(ordersPort)) {
            assertGivesBack(running);
            assertEquals("orders", kept.get("/name").body());

            // When
            osaka.change(links + exports(LINE, ORDERS, MORE));
            tokyo.change(
                    links + imports(ORDERS, "0", "http") + entry(LINE, "" + port, "tcp") + entry(MORE, "0", "http"));

            // Then
            awaitOutcome(osaka, "applied", 1);
            awaitOutcome(tokyo, "applied", 1);
            tokyo.awaitAnswer(MORE);
            assertEquals("more", tokyo.get(MORE, "/name").body());
            assertEquals(ordersPort, tokyo.port(ORDERS, 80));
            assertEquals("orders", kept.get("/name").body());
            assertGivesBack(running);
            traffic.awaitMore(50);
            assertEquals(List.of(), traffic.stop());
        }
    }

    private String toOrders(ScriptedService... targets) {
        List<String> addresses = Stream.of(targets)
                .map(target -> "\"127.0.0.1:" + target.port() + "\"")
                .toList();
        return exports(LINE)
                + "  - { service: %s, ports: [ { name: main, port: 80, protocol: http, target: %s } ] }\n"
                        .formatted(ORDERS, addresses);
    }

    @Test
    void targetsComeAndGoWithoutAFailedCall() throws Exception {
        // Given
        osaka.change(links + toOrders(orders));
        awaitOutcome(osaka, "applied", 1);
        Traffic traffic = Traffic.of(tokyo, ORDERS, 2);
        traffic.awaitMore(50);

        // When
        osaka.change(links + toOrders(more, orders));
        awaitOutcome(osaka, "applied", 2);
        Await.until("the new one answers", () -> traffic.answersOf("more") > 0);
        osaka.change(links + toOrders(orders));
        awaitOutcome(osaka, "applied", 3);

        // Then
        Await.until("the one that went has no connection", () -> more.open() == 0);
        traffic.awaitNewCalls();
        int answered = traffic.answersOf("more");
        traffic.awaitMore(50);
        assertEquals(answered, traffic.answersOf("more"));
        assertEquals(List.of(), traffic.stop());
    }

    @Test
    void whatIsNoLongerThereTakesNoCallsWhileRunningOnesEndInTheirTime() throws Exception {
        // Given
        try (Talk running = Talk.with(port);
                Talk left = Talk.with(port)) {
            assertGivesBack(running);
            assertGivesBack(left);

            // When
            osaka.change(links + exports(ORDERS));
            tokyo.change(links + imports(ORDERS, "0", "http"));

            // Then
            Await.until("nobody is let in", () -> isRefused(port));
            assertGivesBack(running);
            running.sayEnd();
            assertEquals("", running.hearAll());
            assertTrue(left.hearReset(), "the grace is over");
            tokyo.admin().awaitExporters(LINE, 0);
            assertNull(tokyo.node().imported().get(new ServicePort(LINE, 80)));
            assertEquals("orders", tokyo.get(ORDERS, "/name").body());
        }
    }

    private static boolean isRefused(int at) throws Exception {
        try (Talk talk = Talk.with(at)) {
            return false;
        } catch (ConnectException refused) {
            return true;
        }
    }

    @Test
    void anAddressMayOfferAnotherServiceFromNowOn() throws Exception {
        // Given
        try (Talk running = Talk.with(port)) {
            assertGivesBack(running);

            // When
            tokyo.change(links + imports(ORDERS, "" + port, "http"));
            awaitOutcome(tokyo, "applied", 1);

            // Then
            try (Talk fresh = Talk.with(port)) {
                assertEquals("orders", fresh.get("/name").body());
            }
            assertGivesBack(running);
        }
        tokyo.admin().awaitQuiet();
    }

    @Test
    void aBadFileIsRefusedWithItsFindingsAndTheOneBeforeStays() throws Exception {
        // Given
        String good = links + imports(ORDERS, "0", "http");

        // When
        tokyo.change(good + "  - { service: shop/more, ports: [ { port: 80, listn: \"127.0.0.1:0\" } ] }\n");
        awaitOutcome(tokyo, "refused", 1);
        NodeStatus.Reload bad = lastReload(tokyo);
        tokyo.change("transit: [ hub ]\n" + good);
        awaitOutcome(tokyo, "refused", 2);
        NodeStatus.Reload fixed = lastReload(tokyo);

        // Then
        assertEquals("refused", bad.outcome());
        assertTrue(bad.findings().stream().anyMatch(text -> text.contains("imports[1].ports[0].listn")), "" + bad);
        assertEquals(List.of("transit: a change takes a restart"), fixed.findings());
        assertEquals("orders", tokyo.get(ORDERS, "/name").body());
        try (Talk talk = Talk.with(port)) {
            assertGivesBack(talk);
        }
        tokyo.change(good);
        awaitOutcome(tokyo, "applied", 1);
        assertEquals("applied", lastReload(tokyo).outcome());
    }

    @Test
    void anAddressThatIsTakenLeavesEverythingAsItWas() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Given
            int free = Ports.free();

            // When
            osaka.change(links + exports(ORDERS, LINE, MORE));
            tokyo.change(links + imports(MORE, "" + free, "http") + entry(ORDERS, "" + taken.getLocalPort(), "http"));
            awaitOutcome(tokyo, "refused", 1);

            // Then
            assertTrue(isRefused(free));
            assertTrue(lastReload(tokyo).findings().getFirst().contains(ORDERS), "" + lastReload(tokyo));
            assertEquals("orders", tokyo.get(ORDERS, "/name").body());
            try (Talk talk = Talk.with(port)) {
                assertGivesBack(talk);
            }
        }
    }

    @Test
    void aChangeThatIsRefusedForTheMomentIsPutInPlaceOnceItCanBe() throws Exception {
        int wanted = Ports.free();
        try (ServerSocket taken = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            // Given
            tokyo.change(links + imports(ORDERS, "" + wanted, "http"));
            awaitOutcome(tokyo, "refused", 1);

            // When
            taken.close();

            // Then
            awaitOutcome(tokyo, "applied", 1);
            assertEquals(wanted, tokyo.port(ORDERS, 80));
            assertEquals(1, tokyo.admin().sum("hikyaku_config_reloads_total", "\"refused\""), "it is said once");
        }
    }

    @Test
    void anExportThatCannotBeMadeRefusesTheWholeFileUntilItCan() throws Exception {
        // Given
        Path trust = folder.resolve("trust.pem");
        String secure = """
                  - service: shop/more
                    ports:
                      - { name: p80, port: 80, protocol: http, target: "https://127.0.0.1:1", tls: { trust: %s } }
                """.formatted(trust);
        String changed = links + exports(ORDERS) + secure;

        // When
        osaka.change(changed);
        awaitOutcome(osaka, "refused", 1);

        // Then
        assertTrue(
                lastReload(osaka).findings().getFirst().startsWith("exports[1].ports[0].tls.trust: " + trust),
                "" + lastReload(osaka));
        assertEquals("orders", tokyo.get(ORDERS, "/name").body());
        try (Talk talk = Talk.with(port)) {
            assertGivesBack(talk); // it is not in the new file, which is not in use
        }
        Files.copy(mesh.identity(Member.cluster(mesh.name(), "osaka")).resolve("ca.crt"), trust);
        awaitOutcome(osaka, "applied", 1);
        tokyo.admin().awaitExporters(LINE, 0);
        assertEquals("orders", tokyo.get(ORDERS, "/name").body());
    }

    @Test
    void aServiceWithMorePortsThanOneMayHaveIsAFindingAndNothingIsTakenOver() throws Exception {
        // Given
        StringBuilder many = new StringBuilder("  - service: shop/more\n    ports:\n");
        for (int i = 1; i <= 33; i++) {
            many.append("      - { name: p%d, port: %d, protocol: tcp, target: \"127.0.0.1:1\" }\n".formatted(i, i));
        }

        // When
        osaka.change(links + exports(ORDERS, LINE) + many);
        awaitOutcome(osaka, "refused", 1);

        // Then
        assertTrue(lastReload(osaka).findings().getFirst().contains("exports[2].ports"), "" + lastReload(osaka));
        assertEquals("orders", tokyo.get(ORDERS, "/name").body());
    }
}
