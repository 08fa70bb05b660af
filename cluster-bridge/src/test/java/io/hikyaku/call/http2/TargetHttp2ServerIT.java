package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.TestAuthority;
import io.hikyaku.call.TestAuthority.Issued;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls to a real server of HTTP/2, in the clear and in TLS: much at once, and much in one call.
@ExtendWith(NoLeaks.class)
@Timeout(240)
class TargetHttp2ServerIT {
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 1024;
    private static final int CALLERS = 50;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger connections = new AtomicInteger();

    @TempDir
    private Path folder;

    private @Nullable HttpServer server;
    private CallPath path;

    private interface Service {
        void serve(HttpServerRequest request);
    }

    private void start(boolean tls, Service service) throws Exception {
        TestAuthority authority = new TestAuthority();
        HttpServerOptions options = new HttpServerOptions();
        if (tls) {
            Issued issued = authority.issue("service.example");
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(issued.writeCertificate(folder).toString())
                            .setKeyPath(issued.writeKey(folder).toString()));
        }
        HttpServer listening = vertx.createHttpServer(options)
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(service::serve)
                .listen(0, "127.0.0.1")
                .await(30, TimeUnit.SECONDS);
        server = listening;
        Target target = Target.parse((tls ? "https" : "h2c") + "://127.0.0.1:" + listening.actualPort());
        Optional<TargetTls> security = tls
                ? Optional.of(new TargetTls(
                        Optional.of(authority.write(folder)),
                        Optional.of("service.example"),
                        Optional.empty(),
                        Optional.empty()))
                : Optional.empty();
        path = CallPath.start(
                CallLimits.DEFAULTS,
                new ExportPort("main", 80, Protocol.HTTP, List.of(target), security, TargetHost.KEEP));
    }

    @AfterEach
    void everythingIsReturned() throws Exception {
        path.awaitQuiet();
        if (server != null) {
            server.close().await(30, TimeUnit.SECONDS);
        }
        path.await("no target's connection", () -> path.sum("hikyaku.target.connections") == 0);
        path.close();
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private static void echo(HttpServerRequest request) {
        request.response()
                .putHeader("x-path", request.path())
                .putHeader("x-version", request.version() == HttpVersion.HTTP_2 ? "2" : "1")
                .setChunked(true);
        request.pipeTo(request.response());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callersAtOnceGetEachTheirOwnAnswerOverFewConnections(boolean tls) throws Exception {
        start(tls, TargetHttp2ServerIT::echo);
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                callers.add(threads.submit(() -> {
                    callTenTimes(number);
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get(120, TimeUnit.SECONDS);
            }
        }
        assertTrue(connections.get() <= path.loops().count(), connections + " connections");
    }

    private void callTenTimes(int number) throws IOException {
        Random random = new Random(number);
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 10; i++) {
                byte[] body = new byte[1 + random.nextInt(9000)];
                random.nextBytes(body);
                String name = "/" + number + "/" + i;
                caller.say("POST " + name + " HTTP/1.1\r\nHost: o\r\nContent-Length: " + body.length + "\r\n\r\n");
                caller.say(body);
                String head = caller.hearHead();
                assertTrue(head.contains("x-path: " + name + "\r\n") && head.contains("x-version: 2\r\n"), head);
                assertArrayEquals(body, unchunked(caller, body.length));
            }
        }
    }

    private static byte[] unchunked(Conversation caller, int length) throws IOException {
        byte[] body = new byte[length];
        int at = 0;
        while (true) {
            int size = Integer.parseInt(line(caller.in()), 16);
            System.arraycopy(caller.hearBytes(size), 0, body, at, size);
            at += size;
            line(caller.in());
            if (size == 0) {
                assertEquals(length, at);
                return body;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesOfALargeCallArriveAsTheyLeftBothWaysAtOnce(boolean tls) throws Exception {
        start(tls, request -> {
            request.response().putHeader("content-length", "" + (long) PIECE * PIECES);
            request.pipeTo(request.response());
        });
        byte[] piece = new byte[PIECE];
        new Random(8).nextBytes(piece);
        MessageDigest sent = MessageDigest.getInstance("SHA-256");
        try (Conversation caller = Conversation.with(path.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n");
            Future<?> saying = threads.submit(() -> {
                for (int i = 0; i < PIECES; i++) {
                    piece[0] = (byte) i;
                    sent.update(piece);
                    caller.say(piece);
                }
                return null;
            });
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
            MessageDigest heard = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < PIECES; i++) {
                heard.update(caller.hearBytes(PIECE));
            }
            saying.get(60, TimeUnit.SECONDS);
            assertEquals(HexFormat.of().formatHex(sent.digest()), HexFormat.of().formatHex(heard.digest()));
        }
    }

    @Test
    void aCallerThatDoesNotReadHoldsBackItsAnswerAndNoOther() throws Exception {
        AtomicLong said = new AtomicLong();
        start(false, request -> {
            if (request.path().equals("/small")) {
                request.response().end("ok");
            } else {
                request.response().putHeader("content-length", "" + (1L << 40));
                pour(request, said);
            }
        });
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        List<Conversation> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Conversation caller = Conversation.withSmallBuffer(path.port());
                slow.add(caller);
                caller.say("GET /large HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();
            }
            awaitStandstill(said);
            try (Conversation quick = Conversation.with(path.port())) {
                for (int i = 0; i < 20; i++) {
                    quick.say("GET /small HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();
                    assertEquals("ok", quick.hear(2));
                }
            }
            long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
            assertTrue(used < 64 << 20, used + " bytes of buffers");
        } finally {
            for (Conversation caller : slow) {
                caller.close();
            }
        }
    }

    private static void pour(HttpServerRequest request, AtomicLong said) {
        while (!request.response().closed() && !request.response().writeQueueFull()) {
            request.response().write(Buffer.buffer(new byte[PIECE]));
            said.addAndGet(PIECE);
        }
        request.response().drainHandler(drained -> pour(request, said));
    }

    /// The service says no more for half a second.
    private void awaitStandstill(AtomicLong said) {
        long[] last = {-1, System.nanoTime()};
        path.await("a standstill", () -> {
            if (said.get() != last[0]) {
                last[0] = said.get();
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > 500_000_000L;
        });
    }
}
