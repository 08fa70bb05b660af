package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Member;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Http2Caller.Told;
import io.hikyaku.net.WebSocketExample;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a caller is told of each failure: in HTTP/1.1, in HTTP/2, as a gRPC caller, when it opens a WebSocket, in TCP.
@Tag("patient")
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class FailureRowsIT {
    /// @param grpcStatus what gRPC callers get, with the HTTP status 200
    enum Row {
        NOT_EXPORTED(503, "destination_not_found", 14),
        REFUSED(502, "connection_refused", 14),
        UNRESOLVED(502, "dns_error", 14),
        UNCONNECTABLE(504, "connection_timeout", 14),
        NO_TLS(502, "tls_protocol_error", 14),
        UNTRUSTED(502, "tls_certificate_error", 14),
        SILENT(504, "http_response_timeout", 14),
        TERMINATED(502, "connection_terminated", 14),
        INVALID(502, "http_protocol_error", 13),
        CANCELLED(502, "http_response_incomplete", 1),
        BUSY(503, "connection_limit_reached", 8),
        ABORTED(502, "http_protocol_error", 13),
        LOOP(502, "proxy_loop_detected", 13);

        private final ToldProblem told;

        Row(int status, String proxyError, int grpcStatus) {
            told = new ToldProblem(status, proxyError, grpcStatus);
        }

        String service() {
            return "row/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// The same target as opaque TCP.
        String line() {
            return service().replace("row/", "line/");
        }

        /// What a request has to say so that the row comes about.
        Map<String, String> fields() {
            return this == LOOP ? Map.of("Via", THREE_TIMES) : Map.of();
        }

        String lines() {
            return this == LOOP ? "Via: " + THREE_TIMES + "\r\n" : "";
        }
    }

    private static final String LIMITS =
            "limits: { call: { connectTimeout: 3s, responseTimeout: 6s, tcpIdleTimeout: 6s } }\n";
    private static final String THREE_TIMES = "1.1 tokyo, 2.0 tokyo, 1.1 tokyo";
    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_HEAD = 64 << 10;
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int INTERNAL_ERROR = 2;

    @TempDir
    static Path folder;

    private static @Nullable World world;

    @Parameter
    Carrier carrier;

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
    void isToldInHttp11(Row row) throws Exception {
        try (Talk caller = Talk.with(world.port(row))) {
            // When
            Talk.Answer answer = caller.say(ToldProblem.post(row.lines())).hearAnswer();

            // Then
            row.told.requireInHttp11(answer);
        }
        world.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource
    void isToldInHttp2(Row row) throws Exception {
        // When
        Told told = world.call(HttpMethod.POST, row, Http2Caller.PLAIN);

        // Then
        row.told.requireInHttp2(told);
        world.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource
    void isToldToGrpcCallers(Row row) throws Exception {
        // When
        Told told = world.call(HttpMethod.POST, row, Http2Caller.GRPC);

        // Then
        row.told.requireInGrpc(told);
        world.awaitQuiet();
    }

    /// Targets that speak HTTP/2 alone are not here: those that take no WebSockets are not asked.
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CANCELLED", "BUSY", "ABORTED"})
    void isToldToWhoOpensAWebSocket(Row row) throws Exception {
        try (Talk caller = Talk.with(world.port(row))) {
            // When
            Talk.Answer answer =
                    caller.say(WebSocketExample.opening("/", "a", row.lines())).hearAnswer();

            // Then
            row.told.requireInHttp11(answer);
        }
        world.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_EXPORTED", "REFUSED", "UNRESOLVED", "UNCONNECTABLE"})
    void isAResetInTcp(Row row) throws Exception {
        // When
        try (Talk caller = Talk.with(world.tokyo.port(row.line(), 80))) {

            // Then
            assertTrue(caller.hearReset());
        }
        world.awaitQuiet();
    }

    static Stream<Arguments> malformed() {
        String post = "POST / HTTP/1.1\r\nHost: a\r\n";
        return Stream.of(
                Arguments.of(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                Arguments.of(400, post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Arguments.of(414, "GET /" + "x".repeat(MAX_LINE) + " HTTP/1.1\r\n"),
                Arguments.of(431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(MAX_HEAD) + "\r\n"),
                Arguments.of(501, post + "Transfer-Encoding: gzip\r\n\r\n"),
                Arguments.of(505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestIsToldInHttp11(int status, String request) throws Exception {
        try (Talk caller = Talk.with(world.port(Row.LOOP))) {
            // When
            Talk.Answer answer = caller.say(request).hearAnswer();

            // Then
            new ToldProblem(status, "http_request_error", 0).requireInHttp11(answer);
        }
        world.awaitQuiet();
    }

    @ParameterizedTest
    @ValueSource(strings = {Http2Caller.PLAIN, Http2Caller.GRPC})
    void aMalformedRequestResetsItsStreamInHttp2(String contentType) throws Exception {
        String head = Http2Bytes.fields(":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/")
                + Http2Bytes.fields("content-type", contentType, "Upper", "case");
        try (Talk caller = Talk.with(world.port(Row.LOOP))) {
            // When
            caller.say(Http2Bytes.hello()
                    + Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS | Http2Bytes.END_STREAM, 1, head));
            Http2Bytes.Frame heard = Http2Bytes.hear(caller);

            // Then
            assertEquals(Http2Bytes.RST_STREAM, heard.type());
            assertEquals(PROTOCOL_ERROR, heard.errorCode());
        }
        world.awaitQuiet();
    }

    @Test
    void aRefusedRequestForAHeadGetsNoBody() throws Exception {
        // When
        Told told = world.call(HttpMethod.HEAD, Row.LOOP, Http2Caller.PLAIN);

        // Then
        assertEquals(502, told.status());
        assertEquals("", told.body());
        world.awaitQuiet();
    }

    /// Two clusters of which one exports a target for each kind of failure.
    private static final class World implements AutoCloseable {
        private final Http2Caller caller = new Http2Caller();
        private final Mesh mesh = new Mesh(folder);
        private final Map<Row, String> targets = new EnumMap<>(Row.class);
        private final Mesh.MeshBridge tokyo;
        private final Mesh.MeshBridge osaka;

        World(Carrier carrier) throws Exception {
            nameTargets();
            Carrier.Links links = carrier.open(mesh);
            StringBuilder exports = new StringBuilder("exports:\n");
            targets.forEach((row, target) -> exports.append(export(row.service(), "http", target)));
            lines().forEach(row -> exports.append(export(row.line(), "tcp", targets.get(row))));
            osaka = mesh.bridge("osaka", links.exporter() + LIMITS + exports);
            tokyo = mesh.bridge(
                    "tokyo",
                    links.caller()
                            + LIMITS
                            + Mesh.imports("http", names(Arrays.stream(Row.values()), Row::service))
                            + Mesh.imports("tcp", names(Stream.concat(Stream.of(Row.NOT_EXPORTED), lines()), Row::line))
                                    .replace("imports:\n", ""));
            for (Row row : targets.keySet()) {
                tokyo.admin().awaitExporters(row.service(), 1);
            }
            for (Row row : lines().toList()) {
                tokyo.admin().awaitExporters(row.line(), 1);
            }
            // The first handshake in a JVM may take longer than a connection is given here.
            Await.until(
                    "TLS is warm",
                    () -> call(HttpMethod.POST, Row.UNTRUSTED, Http2Caller.PLAIN)
                                    .status()
                            == 502);
        }

        private static Stream<Row> lines() {
            return Stream.of(Row.REFUSED, Row.UNRESOLVED, Row.UNCONNECTABLE);
        }

        private static String[] names(Stream<Row> rows, Function<Row, String> name) {
            return rows.map(name).toArray(String[]::new);
        }

        private static String export(String service, String protocol, String target) {
            return "  - { service: %s, ports: [ { name: main, port: 80, protocol: %s, target: \"%s\" } ] }\n"
                    .formatted(service, protocol, target);
        }

        private void nameTargets() throws Exception {
            targets.put(Row.REFUSED, "127.0.0.1:" + Ports.free());
            targets.put(Row.UNRESOLVED, "nowhere.invalid:80");
            targets.put(Row.UNCONNECTABLE, "127.0.0.1:" + full());
            targets.put(Row.NO_TLS, "https://127.0.0.1:" + following(caller -> caller.say("no TLS here\r\n\r\n")));
            targets.put(Row.UNTRUSTED, "https://127.0.0.1:" + untrusted());
            targets.put(
                    Row.SILENT,
                    "127.0.0.1:"
                            + following(caller -> {
                                Http2Bytes.hearFirst(caller);
                                caller.hearAll();
                            }));
            targets.put(Row.TERMINATED, "127.0.0.1:" + following(Http2Bytes::hearFirst));
            targets.put(
                    Row.INVALID,
                    "127.0.0.1:"
                            + following(caller -> {
                                Http2Bytes.hearFirst(caller);
                                caller.say("This is not HTTP at all.\r\n\r\n");
                            }));
            targets.put(Row.CANCELLED, "h2c://127.0.0.1:" + resetting(CANCEL));
            targets.put(Row.BUSY, "h2c://127.0.0.1:" + resetting(ENHANCE_YOUR_CALM));
            targets.put(Row.ABORTED, "h2c://127.0.0.1:" + resetting(INTERNAL_ERROR));
            targets.put(Row.LOOP, "127.0.0.1:" + following(new HttpScript("never reached")));
        }

        private int following(ScriptedService.Script script) throws IOException {
            return mesh.closedAtTheEnd(ScriptedService.following(script)).port();
        }

        private int resetting(int code) throws IOException {
            return following(caller -> {
                for (int stream = Http2Bytes.hearFirst(caller); ; stream = Http2Bytes.hearRequest(caller)) {
                    caller.say(Http2Bytes.reset(stream, code));
                }
            });
        }

        /// A server whose queue of connections to accept is full.
        private int full() throws IOException {
            ServerSocket server = mesh.closedAtTheEnd(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            for (int i = 0; i < 4; i++) {
                SocketChannel waiting = mesh.closedAtTheEnd(SocketChannel.open());
                waiting.configureBlocking(false);
                waiting.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            }
            return server.getLocalPort();
        }

        /// A server with a certificate of an authority that nobody knows.
        private int untrusted() throws Exception {
            Path identity = mesh.identity(Member.cluster(mesh.name(), "impostor"));
            return WebService.done(caller.vertx()
                            .createHttpServer(new HttpServerOptions()
                                    .setSsl(true)
                                    .setKeyCertOptions(new PemKeyCertOptions()
                                            .addCertPath(
                                                    identity.resolve("tls.crt").toString())
                                            .addKeyPath(
                                                    identity.resolve("tls.key").toString())))
                            .requestHandler(request -> request.response().end())
                            .listen(0, "127.0.0.1"))
                    .actualPort();
        }

        int port(Row row) {
            return tokyo.port(row.service(), 80);
        }

        Told call(HttpMethod method, Row row, String contentType) throws Exception {
            return caller.call(method, port(row), contentType, row.fields());
        }

        /// Clients and targets may keep their connections; calls must be gone.
        void awaitQuiet() throws Exception {
            tokyo.admin().awaitNoCalls();
            osaka.admin().awaitNoCalls();
        }

        @Override
        public void close() throws Exception {
            caller.close();
            mesh.close();
        }
    }
}
