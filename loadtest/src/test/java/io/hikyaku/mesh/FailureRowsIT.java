package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Member;
import io.hikyaku.lab.Await;
import io.hikyaku.lab.Ports;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a caller is told of each failure: in HTTP/1.1, in HTTP/2, and as a gRPC caller.
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

        private final int status;
        private final String proxyError;
        private final int grpcStatus;

        Row(int status, String proxyError, int grpcStatus) {
            this.status = status;
            this.proxyError = proxyError;
            this.grpcStatus = grpcStatus;
        }

        String service() {
            return "row/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String LIMITS =
            "limits: { call: { connectTimeout: 1s, responseTimeout: 3s, tcpIdleTimeout: 3s } }\n";
    private static final String THREE_TIMES = "1.1 tokyo, 2.0 tokyo, 1.1 tokyo";
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int INTERNAL_ERROR = 2;

    @TempDir
    static Path folder;

    private static @Nullable World world;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        world = new World(way);
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
            String via = row == Row.LOOP ? "Via: " + THREE_TIMES + "\r\n" : "";
            caller.say("POST / HTTP/1.1\r\nHost: a\r\n" + via + "Content-Length: 3\r\n\r\nabc");
            Talk.Answer answer = caller.hearAnswer();

            // Then
            assertEquals(row.status, answer.status(), answer::body);
            assertProxyError(row, answer.head().field("Proxy-Status"));
            assertEquals("application/problem+json", answer.head().field("Content-Type"));
            assertEquals(row.status == 503, !answer.head().field("Retry-After").isEmpty());
        }
        world.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource
    void isToldInHttp2(Row row) throws Exception {
        // When
        Told told = world.call(HttpMethod.POST, row, "text/plain");

        // Then
        assertEquals(row.status, told.status, told.body);
        assertProxyError(row, told.head.get("proxy-status"));
        assertEquals("application/problem+json", told.head.get("content-type"));
        assertTrue(told.body.contains("\"status\":" + row.status), told.body);
        world.awaitQuiet();
    }

    @ParameterizedTest
    @EnumSource
    void isToldToGrpcCallers(Row row) throws Exception {
        // When
        Told told = world.call(HttpMethod.POST, row, "application/grpc");

        // Then
        assertEquals(200, told.status);
        assertEquals(String.valueOf(row.grpcStatus), told.head.get("grpc-status"), () -> told.toString());
        assertProxyError(row, told.head.get("proxy-status"));
        assertEquals("application/grpc", told.head.get("content-type"));
        assertNull(told.head.get("retry-after"));
        assertEquals("", told.body);
        world.awaitQuiet();
    }

    @Test
    void aRefusedRequestForAHeadGetsNoBody() throws Exception {
        // When
        Told told = world.call(HttpMethod.HEAD, Row.LOOP, "text/plain");

        // Then
        assertEquals(502, told.status);
        assertEquals("", told.body);
        world.awaitQuiet();
    }

    private static void assertProxyError(Row row, String proxyStatus) {
        assertTrue(proxyStatus.startsWith("hikyaku-tokyo; error=" + row.proxyError), proxyStatus);
    }

    /// An answer in HTTP/2.
    private record Told(int status, MultiMap head, String body, MultiMap trailers) {}

    /// Two clusters of which one exports a target for each kind of failure.
    private static final class World implements AutoCloseable {
        private final Vertx vertx = Vertx.vertx();
        private final HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        private final Mesh mesh = new Mesh(folder);
        private final Map<Row, String> targets = new EnumMap<>(Row.class);
        private final Mesh.MeshBridge tokyo;
        private final Mesh.MeshBridge osaka;

        World(Way way) throws Exception {
            nameTargets();
            Way.Links links = way.open(mesh);
            StringBuilder exports = new StringBuilder("exports:\n");
            targets.forEach((row, target) -> exports.append(
                    "  - { service: %s, ports: [ { name: http, port: 80, protocol: http, target: \"%s\" } ] }\n"
                            .formatted(row.service(), target)));
            osaka = mesh.bridge("osaka", links.exporter() + LIMITS + exports);
            String[] services =
                    java.util.Arrays.stream(Row.values()).map(Row::service).toArray(String[]::new);
            tokyo = mesh.bridge("tokyo", links.caller() + LIMITS + Mesh.imports("http", services));
            for (Row row : targets.keySet()) {
                tokyo.admin().awaitExporters(row.service(), 1);
            }
            // The first handshake in a JVM may take longer than a connection is given here.
            Await.until("TLS is warm", () -> call(HttpMethod.POST, Row.UNTRUSTED, "text/plain").status == 502);
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
                                hearRequest(caller);
                                caller.hearAll();
                            }));
            targets.put(Row.TERMINATED, "127.0.0.1:" + following(FailureRowsIT::hearRequest));
            targets.put(
                    Row.INVALID,
                    "127.0.0.1:"
                            + following(caller -> {
                                hearRequest(caller);
                                caller.say("This is not HTTP at all.\r\n\r\n");
                            }));
            targets.put(Row.CANCELLED, "h2c://127.0.0.1:" + resetting(CANCEL));
            targets.put(Row.BUSY, "h2c://127.0.0.1:" + resetting(ENHANCE_YOUR_CALM));
            targets.put(Row.ABORTED, "h2c://127.0.0.1:" + resetting(INTERNAL_ERROR));
            targets.put(Row.LOOP, "127.0.0.1:" + following(new HttpScript("never reached")));
        }

        private int following(Origin.Script script) throws IOException {
            return mesh.closedAtTheEnd(Origin.following(script)).port();
        }

        private int resetting(int code) throws IOException {
            return following(caller -> {
                for (int stream = hearRequest(caller); ; stream = Http2Bytes.hearRequest(caller)) {
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
            return WebService.done(vertx.createHttpServer(new HttpServerOptions()
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
            return WebService.done(client.request(method, port(row), "127.0.0.1", "/")
                    .compose(request -> {
                        request.putHeader("content-type", contentType).putHeader("te", "trailers");
                        if (row == Row.LOOP) {
                            request.putHeader("via", THREE_TIMES);
                        }
                        // Who waits for the body is there before the answer can be: both belong to one event loop.
                        return (method.equals(HttpMethod.HEAD) ? request.send() : request.send("\0\0\0\0\0"))
                                .compose(response -> response.body()
                                        .map(body -> new Told(
                                                response.statusCode(),
                                                response.headers(),
                                                body.toString(),
                                                response.trailers())));
                    }));
        }

        /// Clients and targets may keep their connections; calls must be gone.
        void awaitQuiet() throws Exception {
            tokyo.admin().awaitNoCalls();
            osaka.admin().awaitNoCalls();
        }

        @Override
        public void close() throws Exception {
            WebService.done(vertx.close());
            mesh.close();
        }
    }

    /// @return its stream in HTTP/2, else 0
    private static int hearRequest(Talk caller) throws IOException {
        Talk.Head head = caller.hearHead();
        return head.text().startsWith("PRI ") ? Http2Bytes.serve(caller, head) : 0;
    }
}
