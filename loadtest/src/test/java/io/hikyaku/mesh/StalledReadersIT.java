package io.hikyaku.mesh;

import static io.hikyaku.mesh.HttpScript.ENDLESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.loop.Await;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Callers and services that do not read what they asked for hold up nobody else.
@Tag("patient")
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(180)
class StalledReadersIT {
    private static final int GROWN = 8 << 20;
    private static final int CALLS = 20;

    @TempDir
    static Path folder;

    private static @Nullable TwoClusters mesh;

    @Parameter
    Carrier carrier;

    private final List<Talk> stalled = new ArrayList<>();

    @BeforeParameterizedClassInvocation
    static void start(Carrier carrier) throws Exception {
        mesh = TwoClusters.over(carrier::open, folder);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        mesh.close();
    }

    @AfterEach
    void nothingIsLeftOnceTheyAreGone() throws Exception {
        for (Talk talk : stalled) {
            talk.reset();
        }
        mesh.tokyo.admin().awaitQuiet();
        mesh.osaka.admin().awaitQuiet();
    }

    private Talk stall(Talk talk) {
        stalled.add(talk);
        return talk;
    }

    private static Talk toOrders() throws Exception {
        return Talk.withSmallBuffer(mesh.tokyo.port("shop/orders", 80));
    }

    /// Calls on both event loops, small and middling ones.
    private void requireThatCallsGoOn() throws Exception {
        String body = "b".repeat(100_000);
        for (int call = 0; call < CALLS; call++) {
            try (Talk caller = mesh.toOrders()) {
                assertEquals("osaka", caller.get("/name").body());
                caller.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertEquals(body, caller.hearAnswer().body());
            }
        }
    }

    private void requireThatADownloadGoesOn() throws Exception {
        long bytes = 8L << 20;
        try (Talk caller = mesh.toOrders()) {
            caller.say("GET /download/" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n")
                    .hearHead();
            assertEquals(
                    HttpScript.Bulk.sum(new HttpScript.Bulk(bytes), bytes), HttpScript.Bulk.sum(caller.in(), bytes));
        }
    }

    private static void awaitStalled(Mesh.MeshBridge bridge, int least) throws Exception {
        Await.until(
                least + " streams are stalled",
                () -> bridge.admin().sum("hikyaku_streams_stalled") >= least
                        && bridge.admin().sum("hikyaku_streams_held_bytes") > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 60})
    void besideDownloadsThatAreReadNoFurtherCallsGoOn(int count) throws Exception {
        // Given windows that have grown
        for (int i = 0; i < count; i++) {
            Talk download = stall(toOrders());
            download.say("GET /download/" + ENDLESS + " HTTP/1.1\r\nHost: a\r\n\r\n");
            download.hear(i < 4 ? GROWN : 1);
        }
        awaitStalled(mesh.tokyo, count);

        // When, then
        requireThatCallsGoOn();
        requireThatADownloadGoesOn();
    }

    @Test
    void besideDownloadsOfWhichNothingIsReadCallsGoOn() throws Exception {
        for (int i = 0; i < 120; i++) {
            stall(toOrders()).say("GET /download/" + ENDLESS + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        awaitStalled(mesh.tokyo, 120);

        requireThatCallsGoOn();
        requireThatADownloadGoesOn();
    }

    @Test
    void besideUploadsThatTheServiceDoesNotReadCallsGoOn() throws Exception {
        // Given callers that send as much as they may
        for (int i = 0; i < 60; i++) {
            Talk upload = stall(mesh.toOrders());
            upload.say("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
            Thread.ofVirtual().start(() -> HttpScript.pour(upload));
        }
        awaitStalled(mesh.osaka, 60);

        // When, then
        requireThatCallsGoOn();
        requireThatADownloadGoesOn();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void besideTcpConnectionsThatAreNotReadCallsGoOn(int count) throws Exception {
        mesh.tcp.follow(HttpScript::pour);
        for (int i = 0; i < count; i++) {
            stall(Talk.withSmallBuffer(mesh.tokyo.port("shop/line", 7))).hear(i == 0 ? GROWN : 1);
        }
        awaitStalled(mesh.tokyo, count);

        requireThatCallsGoOn();
        requireThatADownloadGoesOn();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void besideTcpConnectionsThatTheServiceDoesNotReadCallsGoOn(int count) throws Exception {
        mesh.tcp.follow(HttpScript::readNothing);
        for (int i = 0; i < count; i++) {
            Talk line = stall(mesh.toLine());
            Thread.ofVirtual().start(() -> HttpScript.pour(line));
        }
        awaitStalled(mesh.osaka, count);

        requireThatCallsGoOn();
        requireThatADownloadGoesOn();
    }

    @Test
    void anUnreadStreamHoldsUpNoOtherOfItsHttp2Connection() throws Exception {
        int port = mesh.tokyo.port("shop/orders", 80);
        try (Http2Caller caller = new Http2Caller()) {
            // Given
            List<HttpClientResponse> unread = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                unread.add(WebService.done(caller.beginUnread(port, "/download/" + ENDLESS)));
            }
            awaitStalled(mesh.tokyo, 20);

            // When, then
            for (int call = 0; call < CALLS; call++) {
                assertEquals(
                        200,
                        WebService.done(caller.begin(HttpMethod.GET, port, "/name"))
                                .answer()
                                .statusCode());
            }
            awaitStalled(mesh.tokyo, 20);
            unread.forEach(answer -> answer.request().reset());
        }
    }

    @Test
    void whoHasNotReadIsNamedInTheStatus() throws Exception {
        stall(toOrders()).say("GET /download/" + ENDLESS + " HTTP/1.1\r\nHost: a\r\n\r\n");
        awaitStalled(mesh.tokyo, 1);

        Await.until(
                "a channel says so",
                () -> mesh.tokyo.admin().status().channels().stream()
                        .anyMatch(channel -> channel.stalled() > 0 && channel.heldBytes() > 0));
    }
}
