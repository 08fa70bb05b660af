package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Relay and bridge as processes of their own, and the commands that people use.
@Tag("patient")
@Timeout(240)
class ProgramsIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final String ORDERS = "shop/orders";
    private static final String LINE = "shop/line";

    private record Said(int code, String out, String err) {
        static Said by(String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class))
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            return new Said(code, out.toString(), err.toString());
        }
    }

    @Test
    void callsGoOnOverKafkaWhenTheRelayIsKilledAndAllEndCleanly() throws Exception {
        Broker broker = BrokerKind.PROCESS.shared();
        try (LocalMesh mesh =
                        LocalMesh.open("programs-" + ProcessHandle.current().pid(), SMALL);
                ScriptedService service = ScriptedService.following(new HttpScript("osaka"));
                ScriptedService line = ScriptedService.following(caller -> {
                    caller.say("ready");
                    caller.hearAll();
                })) {
            // Given
            try (KafkaPrepare kafka = new KafkaPrepare(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                kafka.prepare(new KafkaTopics(mesh.mesh()), List.of("tokyo", "osaka"), 2, 1);
            }
            List<Integer> ports = Ports.free(3);
            String url = "tls://127.0.0.1:" + ports.get(0);
            List<String> links = List.of(LocalMesh.relayLink(url), LocalMesh.kafkaLink(broker.bootstrapServers()));
            Program relay = mesh.relay("relay-1", List.of(url), List.of());
            Program osaka = mesh.bridge(
                    "osaka",
                    "osaka",
                    links,
                    List.of(
                            new LocalMesh.Export(ORDERS, 80, "http", "127.0.0.1:" + service.port()),
                            new LocalMesh.Export(LINE, 7, "tcp", "127.0.0.1:" + line.port())),
                    List.of(),
                    "");
            Program tokyo = mesh.bridge(
                    "tokyo",
                    "tokyo",
                    links,
                    List.of(),
                    List.of(
                            new LocalMesh.Import(ORDERS, 80, ports.get(1)),
                            new LocalMesh.Import(LINE, 7, ports.get(2))),
                    "");
            Await.until("calls go over the relay", () -> goesOver(url, tokyo, ports.get(1)));
            assertStatusIsShown(tokyo);

            // When
            try (Talk stream = Talk.with(ports.get(2))) {
                stream.hear(5);
                relay.kill();

                // Then
                Await.until("calls go over Kafka", () -> goesOver("kafka:", tokyo, ports.get(1)));
                assertEndsAlikeAtBothEnds(stream, line);
            }
            assertEquals(Exit.DONE, tokyo.stop());
            assertEquals(Exit.DONE, osaka.stop());
            Program again = mesh.relay("relay-2", List.of(url), List.of());
            assertEquals(Exit.DONE, again.stop());
        }
    }

    private static boolean goesOver(String carrier, Program caller, int port) throws Exception {
        try (Talk talk = Talk.with(port)) {
            Talk.Answer answer = talk.get("/name");
            return answer.status() == 200
                    && answer.body().equals("osaka")
                    && Said.by("status", "--admin", caller.admin()).out.contains("via " + carrier);
        } catch (SocketException reset) {
            return false; // its bridge does not know the service yet
        }
    }

    /// What was under way at the kill goes on over Kafka, or is reset: never does one end wait for ever.
    private static void assertEndsAlikeAtBothEnds(Talk stream, ScriptedService line) throws Exception {
        try {
            stream.say("more");
            stream.reset();
        } catch (SocketException alreadyReset) {
            // Then the other end must hear of it too.
        }
        assertTrue(line.takeEnding().contains("reset"));
    }

    private static void assertStatusIsShown(Program tokyo) {
        Said table = Said.by("status", "--admin", tokyo.admin());
        assertEquals(Exit.DONE, table.code, table.err);
        for (String heading : List.of("LINK", "MEMBER", "SERVICE", "IMPORT", "CHANNEL TO", "streams: ")) {
            assertTrue(table.out.contains(heading), table.out);
        }
        JsonNode json = JsonMapper.shared().readTree(Said.by("status", "--json", "--admin", tokyo.admin()).out);
        assertEquals("bridge", json.get("program").asString());
        assertTrue(json.get("ready").asBoolean());
    }

    @Test
    void theDemoCallsOverBothWaysAndLeavesNothing() throws Exception {
        // Given
        Set<Long> processes = children();
        Set<Path> folders = folders();

        // When
        Said demo = Said.by("demo");

        // Then
        assertEquals(Exit.DONE, demo.code, demo.err);
        for (String part : List.of("tokyo", "osaka", "edge", "relay", "Kafka", " ms")) {
            assertTrue(demo.out.contains(part), demo.out);
        }
        for (String protocol : List.of("HTTP/1.1", "HTTP/2", "gRPC", "WebSocket", "events", "TCP")) {
            assertEquals(2, demo.out.split(" " + protocol + " ", -1).length - 1, demo.out);
        }
        Await.until("no process is left", () -> processes.containsAll(children()));
        Await.until("no folder is left", () -> folders.containsAll(folders()));
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static Set<Path> folders() throws Exception {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("hikyaku-demo-"))
                    .collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://127.0.0.1:80", "127.0.0.1:80", "http://127.0.0.1", "http://127.0.0.1:80/path", "a b"})
    void theDemoTakesNoServiceThatItCannotCall(String url) {
        // When
        Said demo = Said.by("demo", "--service", url);

        // Then
        assertEquals(Exit.WRONG_USAGE, demo.code);
        assertTrue(demo.err.contains("--service"), demo.err);
        assertFalse(demo.err.contains("Starting"), demo.err);
    }
}
