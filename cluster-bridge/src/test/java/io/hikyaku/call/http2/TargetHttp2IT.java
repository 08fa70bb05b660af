package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.GOAWAY;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.PING;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Calls to a service that speaks HTTP/2, frame by frame.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetHttp2IT {
    /// The first stream of a bridge: Netty leaves the one before to upgrades.
    private static final int FIRST = 3;

    private static final int NO_ERROR = 0;
    private static final int CANCEL = 8;
    private static final int MAX_STREAMS = 3;
    private static final String GET = "GET /a?b HTTP/1.1\r\nHost: orders\r\n\r\n";

    private @Nullable Origin origin;
    private CallPath path;

    private interface Script {
        void follow(Http2Talk talk) throws Exception;
    }

    private CallPath start(Origin service) {
        origin = service;
        Target target = Target.parse("h2c://127.0.0.1:" + service.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        return path;
    }

    private Conversation call(Script script) throws IOException {
        return Conversation.with(
                start(Origin.following(heard -> script.follow(heard.http2()))).port());
    }

    private Http2Talk callInHttp2(Script script) throws IOException {
        return Http2Talk.with(
                start(Origin.following(heard -> script.follow(heard.http2()))).port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private static void assertProblem(int status, String error, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("Proxy-Status: hikyaku-tokyo; error=" + error + "\r\n"), answer);
    }

    @Test
    void aRequestWithoutABodyEndsWithItsHead() throws Exception {
        try (Conversation caller = call(service -> {
            Frame request = service.hear(HEADERS);
            assertTrue(request.ends());
            String fields = service.fields(request);
            assertTrue(
                    fields.startsWith(
                            ":method: GET\n:path: /a?b\n:scheme: http\n:authority: orders\nx-two: 1\nx-two: \u00e9\nte: trailers\n"),
                    fields);
            assertFalse(fields.contains("connection:") || fields.contains("keep-alive:"), fields);
            service.headers(FIRST, false, ":status", "200", "x-b", "2", "content-length", "5")
                    .data(FIRST, true, "hello");
            service.hearsEnd();
        })) {
            String head = caller.say("GET /a?b HTTP/1.1\r\nHost: orders\r\nX-Two: 1\r\nConnection: keep-alive, TE\r\n"
                            + "x-two: \u00e9\r\nTE: trailers\r\nKeep-Alive: 3\r\n\r\n")
                    .hearHead();

            assertTrue(head.startsWith("HTTP/1.1 200 \r\nx-b: 2\r\ncontent-length: 5\r\n"), head);
            assertEquals("hello", caller.hear(5));
        }
        assertEquals("ended", endingOf(origin));
    }

    private static String endingOf(@Nullable Origin service) throws Exception {
        service.close();
        return service.takeEnding().equals("done") ? "ended" : "failed";
    }

    @Test
    void bodiesAndTrailersGoBothWays() throws Exception {
        try (Conversation caller = call(service -> {
            Frame request = service.hear(HEADERS);
            assertFalse(request.ends());
            assertFalse(service.fields(request).contains("transfer-encoding"));
            assertEquals("abcdef", bodyUntilTrailers(service));
            service.headers(FIRST, false, ":status", "200")
                    .data(FIRST, false, "ok")
                    .headers(FIRST, true, "x-sum", "7");
            service.hearsEnd();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n");
            caller.say("0\r\nX-Check: 9\r\n\r\n");

            assertTrue(caller.hearHead().contains("Transfer-Encoding: chunked\r\n"));
            assertEquals("2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n", caller.hear(22));
        }
        assertEquals("ended", endingOf(origin));
    }

    private static String bodyUntilTrailers(Http2Talk service) throws IOException {
        StringBuilder body = new StringBuilder();
        Frame frame = service.hearOf(FIRST);
        while (frame.type() == DATA) {
            body.append(frame.text());
            frame = service.hearOf(FIRST);
        }
        assertTrue(frame.ends());
        assertEquals("x-check: 9\n", service.fields(frame));
        return body.toString();
    }

    @Test
    void interimAnswersArePassedOn() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "103", "link", "</a>").headers(FIRST, true, ":status", "204");
            service.hearsEnd();
        })) {
            assertEquals("HTTP/1.1 103 \r\nlink: </a>\r\n\r\n", caller.say(GET).hearHead());
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 204 "));
        }
    }

    /// What streams carry to their ends.
    private static Map<Integer, String> bodies(Http2Talk caller, int streams) throws IOException {
        Map<Integer, String> bodies = new HashMap<>();
        for (int ended = 0; ended < streams; ) {
            Frame frame = caller.hear();
            if (frame.type() == DATA) {
                bodies.merge(frame.stream(), frame.text(), String::concat);
            }
            ended += frame.ends() ? 1 : 0;
        }
        return bodies;
    }

    @Test
    void callsShareOneConnectionAndEachGetsItsOwnAnswer() throws Exception {
        try (Http2Talk caller = callInHttp2(service -> {
            for (int i = 0; i < 3; i++) {
                Frame request = service.hear(HEADERS);
                String name = service.fields(request).replaceAll("(?s).*:path: (\\S+).*", "$1");
                service.headers(request.stream(), false, ":status", "200").data(request.stream(), true, name);
            }
            service.hearsEnd();
        })) {
            caller.request(1, true, "GET", "/1").request(3, true, "GET", "/3").request(5, true, "GET", "/5");
            assertEquals(Map.of(1, "/1", 3, "/3", 5, "/5"), bodies(caller, 3));
        }
        assertEquals(1, origin.connections());
    }

    @Test
    void aCancelledCallIsCancelledAtTheServiceAtOnce() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        try (Http2Talk caller = callInHttp2(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200");
            Frame reset = service.hear(RST_STREAM);
            assertEquals(CANCEL, reset.error());
            cancelled.countDown();
            service.hearsEnd();
        })) {
            caller.request(1, false, "POST", "/");
            caller.hear(HEADERS);
            caller.reset(1, CANCEL);
            cancelled.await();
        }
    }

    @Test
    void anAnswerThatCrossesWithAResetIsNotResetAgain() throws Exception {
        CompletableFuture<Frame> next = new CompletableFuture<>();
        try (Http2Talk caller = callInHttp2(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200");
            service.hear(RST_STREAM);
            for (int i = 0; i < 1000; i++) {
                service.data(FIRST, false, "crossed");
            }
            service.data(FIRST, true, "").frame(PING, 0, 0, new byte[8]);
            Frame heard = service.hear();
            while (heard.type() != PING && heard.type() != RST_STREAM) {
                heard = service.hear();
            }
            next.complete(heard);
            service.hearsEnd();
        })) {
            caller.request(1, true, "GET", "/");
            caller.hear(HEADERS);
            caller.reset(1, CANCEL);

            assertEquals(PING, next.get().type());
        }
    }

    @Test
    void aRefusedStreamGoesToAnotherConnection() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            if (origin.connections() == 1) {
                service.hear(HEADERS);
                service.reset(FIRST, 7);
                second.await();
            } else {
                second.countDown();
                service.hear(HEADERS);
                service.headers(FIRST, false, ":status", "200", "content-length", "2")
                        .data(FIRST, true, "ok");
            }
            service.hearsEnd();
        })) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 "));
            assertEquals("ok", caller.hear(2));
        }
        assertEquals(2, origin.connections());
    }

    @Test
    void streamsAboveGoAwaysLastAreSentElsewhereAndThoseBelowFinish() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (Http2Talk caller = callInHttp2(service -> {
            if (origin.connections() == 1) {
                service.hear(HEADERS);
                service.hear(HEADERS);
                service.goAway(FIRST, NO_ERROR);
                second.await();
                service.headers(FIRST, false, ":status", "200").data(FIRST, true, "first");
            } else {
                Frame request = service.hear(HEADERS);
                service.headers(request.stream(), false, ":status", "200").data(request.stream(), true, "second");
                second.countDown();
            }
            service.hearsEnd();
        })) {
            caller.request(1, true, "GET", "/1").request(3, true, "GET", "/3");
            assertEquals(Map.of(1, "first", 3, "second"), bodies(caller, 2));
        }
    }

    @Test
    void moreStreamsThanTheServiceTakesGoToMoreConnections() throws Exception {
        CountDownLatch all = new CountDownLatch(3);
        Origin service = Origin.following(heard -> {
            Http2Talk talk = heard.http2(MAX_STREAMS, 1);
            Frame request = talk.hear(HEADERS);
            all.countDown();
            all.await();
            talk.headers(request.stream(), true, ":status", "204");
            talk.hearsEnd();
        });
        try (Http2Talk caller = Http2Talk.with(start(service).port())) {
            caller.request(1, true, "GET", "/1").request(3, true, "GET", "/3").request(5, true, "GET", "/5");
            for (int i = 0; i < 3; i++) {
                assertEquals(":status: 204\n", caller.fields(caller.hear(HEADERS)));
            }
        }
        assertEquals(3, origin.connections());
    }

    @Test
    void anAnswerBeforeTheRequestsEndMayStopTheRequest() throws Exception {
        try (Http2Talk caller = callInHttp2(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "413")
                    .data(FIRST, true, "no")
                    .reset(FIRST, NO_ERROR);
            service.hearsEnd();
        })) {
            caller.request(1, false, "POST", "/").data(1, false, "abc");
            assertEquals(":status: 413\n", caller.fields(caller.hear(HEADERS)));
            assertEquals("no", caller.hearBody(1));
            assertEquals(NO_ERROR, caller.hear(RST_STREAM).error());
        }
    }

    @Test
    void theWindowOfTheServiceHoldsBackTheCaller() throws Exception {
        byte[] body = new byte[300_000];
        new java.util.Random(3).nextBytes(body);
        String text = new String(body, java.nio.charset.StandardCharsets.ISO_8859_1);
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            StringBuilder heard = new StringBuilder();
            while (heard.length() < 65_535) {
                heard.append(service.hear(DATA).text());
            }
            assertEquals(65_535, heard.length());
            service.frame(PING, 0, 0, new byte[8]);
            assertEquals(PING, service.hear().type());
            service.window(0, 1 << 20).window(FIRST, 1 << 20);
            Frame frame;
            do {
                frame = service.hear(DATA);
                heard.append(frame.text());
            } while (!frame.ends());
            boolean same = heard.toString().equals(text);
            service.headers(FIRST, true, ":status", same ? "204" : "500");
            service.hearsEnd();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: " + body.length + "\r\n\r\n");
            caller.say(body);
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 204 "));
        }
    }

    @Test
    void aServiceThatSpeaksNoHttp2IsToldNothing() throws Exception {
        Origin old = Origin.following(service -> {
            service.raw().hearHead();
            service.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            assertFalse(service.raw().hearAll().contains("orders"));
        });
        try (Conversation caller = Conversation.with(start(old).port())) {
            assertProblem(502, "http_protocol_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatLeavesBeforeItsSettingsHasRefused() throws Exception {
        try (Conversation caller =
                Conversation.with(start(Origin.following(service -> {})).port())) {
            assertProblem(502, "connection_refused", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatLeavesInTheMiddleOfAnAnswerCutsItOff() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200", "content-length", "10")
                    .data(FIRST, false, "half");
        })) {
            caller.say(GET);
            assertTrue(caller.hearReset().endsWith("half"));
        }
    }

    @Test
    void aServiceThatLeavesBeforeAnsweringHasTerminated() throws Exception {
        try (Conversation caller = call(service -> service.hear(HEADERS))) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n\r\n");
            assertProblem(502, "connection_terminated", caller.hearHead());
        }
    }

    @Test
    void gRpcGoesToAPlainTargetInHttp2AndTheRestInHttp11() throws Exception {
        Origin both = Origin.following(heard -> {
            if (origin.connections() == 1) {
                Http2Talk service = heard.http2();
                Frame request = service.hear(HEADERS);
                assertTrue(service.fields(request).contains("content-type: application/grpc+proto\n"));
                service.hear(DATA);
                service.headers(FIRST, false, ":status", "200", "content-type", "application/grpc")
                        .data(FIRST, false, "answer")
                        .headers(FIRST, true, "grpc-status", "0");
                service.hearsEnd();
            } else {
                heard.head();
                heard.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
                heard.raw().hearGone();
            }
        });
        origin = both;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, both.port());
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/p.S/M", "content-type", "application/grpc+proto", "te", "trailers");
            caller.data(1, true, "message");
            caller.hear(HEADERS);
            assertEquals("answer", caller.hear(DATA).text());
            assertEquals("grpc-status: 0\n", caller.fields(caller.hear(HEADERS)));

            caller.request(3, true, "GET", "/", "content-type", "application/grpc-web");
            caller.hear(HEADERS);
            assertEquals("old", caller.hearBody(3));
        }
    }

    @Test
    void aServiceThatGoesAwayIsNotUsedAgain() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "204").goAway(FIRST, NO_ERROR);
            assertEquals(GOAWAY, service.hear(GOAWAY).type());
        })) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
            origin.takeEnding();
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
        }
        assertEquals(2, origin.connections());
    }

    @Test
    void callsThatFindNoRoomWaitForItAndThenAreRefused() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Origin full = Origin.following(heard -> {
            Http2Talk talk = heard.http2(MAX_STREAMS, 1);
            if (origin.connections() == 1) {
                Frame request = talk.hear(HEADERS);
                over.await();
                talk.headers(request.stream(), true, ":status", "204");
            }
            talk.hearsEnd();
        });
        origin = full;
        CallLimits hasty =
                new TestLimits().connectTimeout(java.time.Duration.ofSeconds(3)).limits();
        Target target = Target.parse("h2c://127.0.0.1:" + full.port());
        path = CallPath.start(hasty, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            for (int stream = 1; stream <= 2 * 17; stream += 2) {
                caller.request(stream, true, "GET", "/" + stream);
            }
            Frame refused = caller.hear(HEADERS);
            String answer = caller.fields(refused);
            assertTrue(answer.startsWith(":status: 503\n"), answer);
            over.countDown();
        }
    }
}
