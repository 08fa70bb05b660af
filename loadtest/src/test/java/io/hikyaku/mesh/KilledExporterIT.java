package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Http2Caller.Begun;
import io.hikyaku.mesh.Http2Caller.Told;
import io.hikyaku.net.WebSocketExample;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// An exporter's bridge that is killed (`kill -9`): callers learn it in each form, another exporter takes over, and
/// nobody waits for the dead one while there is another. The dead one stays known for as long as a test lasts.
@Tag("patient")
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(240)
class KilledExporterIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final String QUICK = """
            limits:
              link: { keepaliveInterval: 1s }
              channel: { keepaliveInterval: 500ms, gapTimeout: 4s, deadAfter: 4s, handshakeTimeout: 6s }
              registry: { expiry: 5m }
            """;
    /// Nobody is taken for dead for as long as a test lasts.
    private static final String FAITHFUL = """
            eventLoops: 2
            limits:
              channel: { gapTimeout: 5m, deadAfter: 5m }
              registry: { expiry: 5m }
            """;
    /// Whoever waits for a handshake that nobody answers waits for longer than a test does.
    private static final String PATIENT = """
            limits:
              channel: { handshakeTimeout: 5m }
              registry: { expiry: 5m }
            """;

    private static final ToldProblem LOST = new ToldProblem(502, "connection_terminated", 14);
    private static final ToldProblem UNREACHABLE = new ToldProblem(503, "destination_unavailable", 14);
    private static final String NAME = "shop/name";
    private static final String EARLY = "shop/early";
    private static final String LATE = "shop/late";
    private static final String SOCKET = "shop/socket";
    private static final String LINE = "shop/line";
    private static final int INTERNAL_ERROR = 2;
    private static final int EARLY_CALLS = 3;
    private static final int WHOLE = 1000;

    @Parameter
    Carrier carrier;

    private final Http2Caller caller = new Http2Caller();
    private final List<ScriptedService> origins = new ArrayList<>();
    private LocalMesh mesh;
    private List<String> links;

    @BeforeEach
    void startMesh() throws Exception {
        mesh = LocalMesh.open("killed-" + UUID.randomUUID(), SMALL);
        if (carrier == Carrier.KAFKA) {
            Broker broker = BrokerKind.PROCESS.shared();
            try (KafkaPrepare kafka = new KafkaPrepare(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                kafka.prepare(new KafkaTopics(mesh.mesh()), List.of("tokyo", "osaka", "nagoya"), 2, 1);
            }
            links = List.of(LocalMesh.kafkaLink(broker.bootstrapServers()));
        } else {
            String url = "tls://127.0.0.1:" + Ports.free();
            mesh.relay("relay-1", List.of(url), List.of());
            links = List.of(LocalMesh.relayLink(url));
        }
    }

    @AfterEach
    void stop() throws Exception {
        caller.close();
        mesh.close();
        for (ScriptedService origin : origins) {
            origin.close();
        }
    }

    private LocalMesh.Export export(String service, String protocol, ScriptedService.Script script) throws IOException {
        ScriptedService origin = ScriptedService.following(script);
        origins.add(origin);
        return new LocalMesh.Export(service, 80, protocol, "127.0.0.1:" + origin.port());
    }

    private Program exporter(String cluster, LocalMesh.Export... exports) throws Exception {
        return mesh.bridge(cluster, cluster, links, List.of(exports), List.of(), QUICK);
    }

    private Program namedExporter(String cluster) throws Exception {
        return exporter(cluster, export(NAME, "http", new HttpScript(cluster)));
    }

    private Admin tokyo(String limits, Map<String, Integer> imports) throws Exception {
        List<LocalMesh.Import> all = new ArrayList<>();
        imports.forEach((service, port) -> all.add(new LocalMesh.Import(service, 80, port)));
        Program tokyo = mesh.bridge("tokyo", "tokyo", links, List.of(), all, limits);
        return Admin.of(tokyo);
    }

    private static void beginAnswer(Talk caller) throws IOException {
        int stream = Http2Bytes.hearFirst(caller);
        String head = Http2Bytes.fields(":status", "200", "content-type", Http2Caller.GRPC);
        caller.say(
                stream == 0
                        ? "HTTP/1.1 200 OK\r\nContent-Length: " + WHOLE + "\r\n\r\npart"
                        : Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS, stream, head));
        caller.hearAll();
    }

    private static void switchProtocols(Talk caller) throws IOException {
        caller.hearHead();
        caller.say(WebSocketExample.OPENED);
        caller.hearAll();
    }

    private Future<Begun> post(int port, String contentType) {
        return caller.begin(HttpMethod.POST, port, contentType, Map.of());
    }

    @Test
    void callersLearnItInEachForm() throws Exception {
        // Given
        CountDownLatch reached = new CountDownLatch(EARLY_CALLS);
        Program osaka = exporter(
                "osaka",
                export(EARLY, "http", service -> {
                    Http2Bytes.hearFirst(service);
                    reached.countDown();
                    service.hearAll();
                }),
                export(LATE, "http", KilledExporterIT::beginAnswer),
                export(SOCKET, "http", KilledExporterIT::switchProtocols),
                export(LINE, "tcp", service -> {
                    service.say("ready");
                    service.hearAll();
                }));
        List<Integer> ports = Ports.free(4);
        int early = ports.get(0);
        int late = ports.get(1);
        Admin tokyo = tokyo(QUICK, Map.of(EARLY, early, LATE, late, SOCKET, ports.get(2), LINE, ports.get(3)));
        for (String service : List.of(EARLY, LATE, SOCKET, LINE)) {
            tokyo.awaitExporters(service, 1);
        }
        try (Talk earlyTalk = Talk.with(early).say(ToldProblem.post(""));
                Talk lateTalk = Talk.with(late).say(ToldProblem.post(""));
                Talk socket = Talk.with(ports.get(2)).say(WebSocketExample.opening("/", "a"));
                Talk line = Talk.with(ports.get(3))) {
            Future<Told> earlyPlain = post(early, Http2Caller.PLAIN).compose(Http2Caller::told);
            Future<Told> earlyGrpc = post(early, Http2Caller.GRPC).compose(Http2Caller::told);
            Begun latePlain = WebService.done(post(late, Http2Caller.PLAIN));
            Begun lateGrpc = WebService.done(post(late, Http2Caller.GRPC));
            assertEquals(200, lateTalk.hearHead().status());
            assertEquals("part", lateTalk.hear(4));
            assertEquals(101, socket.hearHead().status());
            line.hear(5);
            assertTrue(reached.await(60, TimeUnit.SECONDS));

            // When
            osaka.kill();

            // Then those without an answer are told
            Talk.Answer answer = earlyTalk.hearAnswer();
            LOST.requireInHttp11(answer);
            assertTrue(answer.head().field("Proxy-Status").endsWith("; details=\"transport_lost\""), answer::toString);
            LOST.requireInHttp2(WebService.done(earlyPlain));
            LOST.requireInGrpc(WebService.done(earlyGrpc));

            // Then those with one are cut off, and never look complete
            requireCutOff(lateTalk);
            requireReset(latePlain);
            assertEquals(
                    "14", WebService.done(Http2Caller.told(lateGrpc)).trailers().get("grpc-status"));
            assertTrue(socket.hearReset());
            assertTrue(line.hearReset());
        }
        tokyo.awaitNoCalls();

        // Then whoever comes later is told that nobody can be reached
        UNREACHABLE.requireInEveryForm(caller, early);
        try (Talk talk = Talk.with(ports.get(3))) {
            assertTrue(talk.hearReset());
        }
        tokyo.awaitNoCalls();
    }

    private static void requireCutOff(Talk caller) {
        try {
            String rest = caller.hearAll();
            assertTrue(rest.length() < WHOLE - "part".length(), rest);
        } catch (IOException reset) {
            assertTrue(reset.getMessage().contains("reset"), reset::toString);
        }
    }

    private static void requireReset(Begun call) {
        Throwable end = assertThrows(ExecutionException.class, () -> WebService.done(call.body()))
                .getCause();
        assertEquals(INTERNAL_ERROR, ((StreamResetException) end).getCode());
    }

    @Test
    void callsGoOnAtAnotherExporter() throws Exception {
        // Given
        Program osaka = namedExporter("osaka");
        namedExporter("nagoya");
        int port = Ports.free();
        Admin tokyo = tokyo(QUICK, Map.of(NAME, port));
        tokyo.awaitExporters(NAME, 2);
        Traffic traffic = Traffic.to(() -> Talk.with(port), 8);
        Await.until("both are called", () -> traffic.answersOf("osaka") > 20 && traffic.answersOf("nagoya") > 20);

        // When
        osaka.kill();

        // Then
        tokyo.awaitExporters(NAME, 1);
        traffic.awaitMore(200);
        assertEquals(List.of(), traffic.stop());
        tokyo.awaitNoCalls();
    }

    @Test
    void itIsAvoidedLongBeforeItIsTakenForDead() throws Exception {
        // Given
        Program osaka = namedExporter("osaka");
        namedExporter("nagoya");
        int port = Ports.free();
        Admin tokyo = tokyo(FAITHFUL, Map.of(NAME, port));
        tokyo.awaitExporters(NAME, 2);
        Traffic traffic = Traffic.to(() -> Talk.with(port), 8);
        Await.until("both are called", () -> traffic.answersOf("osaka") > 20 && traffic.answersOf("nagoya") > 20);
        assertEquals(List.of(), traffic.stop());
        osaka.kill();

        // When callers who wait for a few seconds call one after the other
        int unanswered = 0;
        for (int call = 0; call < 20; call++) {
            Talk talk = Talk.with(port).patience(Duration.ofSeconds(4));
            try {
                assertEquals("nagoya", talk.get("/name").body());
                talk.close();
            } catch (SocketTimeoutException silence) {
                unanswered++;
                talk.reset(); // who only closes may be waiting for the answer yet
            }
        }

        // Then one for each event loop may have found out
        assertTrue(unanswered <= 4, unanswered + " calls had no answer");
        tokyo.awaitNoCalls();
    }

    @Test
    void theFirstCallsDoNotWaitForItsHandshake() throws Exception {
        // Given the dead one is asked first, since it has exported the service for longer
        Program osaka = namedExporter("osaka");
        namedExporter("nagoya");
        int port = Ports.free();
        Admin tokyo = tokyo(PATIENT, Map.of(NAME, port));
        tokyo.awaitExporters(NAME, 2);
        osaka.kill();

        // When
        for (int call = 0; call < 4; call++) {
            try (Talk talk = Talk.with(port)) {

                // Then
                assertEquals("nagoya", talk.get("/name").body());
            }
        }
        tokyo.awaitNoCalls();
    }
}
