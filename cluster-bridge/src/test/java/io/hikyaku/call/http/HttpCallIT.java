package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests and answers that go through: what the service gets, and what the caller gets back.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpCallIT {
    private static final String GET = "GET /a?b=%2F HTTP/1.1\r\nHost: orders:80\r\n\r\n";
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private static final String ADDED = "Via: 1.1 tokyo\r\nVia: 1.1 tokyo\r\nX-Hikyaku-Source-Cluster: tokyo\r\n";

    private Origin origin;
    private CallPath path;

    private Conversation call(Origin.Script script) throws IOException {
        return call(Origin.following(script));
    }

    private Conversation call(Origin service) throws IOException {
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        return Conversation.with(path.port());
    }

    /// With what differs from process to process put aside.
    private String takeHead() throws InterruptedException {
        return origin.takeHead().replaceFirst("for=_[0-9a-f]{16};", "for=_x;");
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void aRequestReachesTheServiceAsItWasMeant() throws Exception {
        // Given
        try (Conversation caller = call(Origin.answering(HELLO))) {
            // When
            caller.say(
                    "GET /a%20b?c=%2F HTTP/1.1\r\nX-Two: 1\r\nHost: orders:80\r\nx-oDD: \t v w \r\nX-Two: 2\r\nX-Request-Id: 7\r\n\r\n");
            caller.hearHead();

            // Then
            assertEquals(
                    "GET /a%20b?c=%2F HTTP/1.1\r\nHost: orders:80\r\nX-Two: 1\r\nx-oDD: v w\r\nX-Two: 2\r\nX-Request-Id: 7\r\n"
                            + "Forwarded: for=_x;by=_tokyo;proto=http;host=\"orders:80\"\r\n" + ADDED + "\r\n",
                    takeHead());
        }
    }

    @Test
    void anAnswerReachesTheCallerAsItWasMeant() throws Exception {
        String answer =
                "HTTP/1.1 299 Quite Fine\r\nSet-Cookie: a=1\r\nX-oDD: v\r\nSet-Cookie: b=2\r\nContent-Length: 5\r\n\r\n";
        try (Conversation caller = call(Origin.answering(answer + "hello"))) {
            caller.say(GET);

            assertEquals(answer, caller.hearHead());
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void fieldsThatEndAtThisHopStayBehind() throws Exception {
        try (Conversation caller = call(
                Origin.answering(
                        "HTTP/1.1 200 OK\r\nConnection: x-mine\r\nX-Mine: 1\r\nKeep-Alive: 1\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n"))) {
            caller.say(
                    "GET / HTTP/1.1\r\nHost: o\r\nX-Request-Id: 7\r\nConnection: Upgrade, X-Named, HTTP2-Settings\r\nX-Named: 1\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AA\r\nKeep-Alive: 1\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\nTE: gzip\r\n\r\n");

            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", caller.hearHead());
            assertEquals(
                    "GET / HTTP/1.1\r\nHost: o\r\nX-Request-Id: 7\r\nForwarded: for=_x;by=_tokyo;proto=http;host=o\r\n"
                            + ADDED + "\r\n",
                    takeHead());
        }
    }

    @Test
    void aBodyOfKnownLengthKeepsItsLength() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
                    + service.raw().hear(4));
            service.raw().hearAll();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 4\r\n\r\nab")
                    .say("cd");

            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", caller.hearHead());
            assertEquals("abcd", caller.hear(4));
            String head = origin.takeHead();
            assertTrue(head.contains("Content-Length: 4\r\n") && !head.contains("Transfer-Encoding"), head);
        }
    }

    @Test
    void aChunkedBodyStaysChunkedAndBringsItsTrailers() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            String heard = service.raw().hear("3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n".length());
            service.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + heard);
            service.raw().hearAll();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n"
                    + "3;ignored=\"x\"\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 7\r\nHost: evil\r\n\r\n");

            assertEquals("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", caller.hearHead());
            assertEquals("3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", caller.hear(23));
            assertTrue(origin.takeHead().contains("TE: trailers\r\nConnection: TE\r\n"));
        }
    }

    @Test
    void anAnswerThatEndsWithItsConnectionBecomesChunked() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello");
        })) {
            caller.say(GET);

            assertEquals("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", caller.hearHead());
            assertTrue(caller.hear(10 + 5).endsWith("0\r\n\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void anAnswerToHeadHasNoBodyAndKeepsItsFraming(String answer) throws Exception {
        try (Conversation caller = call(Origin.answering(answer))) {
            caller.say("HEAD / HTTP/1.1\r\nHost: o\r\n\r\n");
            assertEquals(answer, caller.hearHead());
            caller.say("HEAD /2 HTTP/1.1\r\nHost: o\r\n\r\n");

            assertEquals(answer, caller.hearHead());
            assertEquals(1, origin.connections());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void anAnswerThatMayHaveNoBodyHasNone(String status) throws Exception {
        String answer = "HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n\r\n";
        try (Conversation caller = call(Origin.answering(answer))) {
            caller.say(GET);
            assertEquals(answer, caller.hearHead());
            caller.say(GET);

            assertEquals(answer, caller.hearHead());
        }
    }

    @Test
    void theLengthOfA304IsThatOfTheBodyItStandsFor() throws Exception {
        String answer = "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n";
        try (Conversation caller = call(Origin.answering(answer))) {
            caller.say(GET);
            assertEquals(answer, caller.hearHead());
            caller.say(GET);

            assertEquals(answer, caller.hearHead());
        }
    }

    @Test
    void aResetContentIsFramedLikeAnyOther() throws Exception {
        String answer = "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n";
        try (Conversation caller = call(Origin.answering(answer))) {
            caller.say(GET);
            assertEquals(answer, caller.hearHead());
            caller.say(GET);

            assertEquals(answer, caller.hearHead());
        }
    }

    @Test
    void interimAnswersPass() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n").say(HELLO);
            service.raw().hearAll();
        })) {
            caller.say(GET);

            assertEquals("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n", caller.hearHead());
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", caller.hearHead());
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void theServiceDecidesAboutAnExpectedContinue() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 100 Continue\r\n\r\n");
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                    + service.raw().hear(2));
            service.raw().hearAll();
        })) {
            caller.say("PUT / HTTP/1.1\r\nHost: o\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", caller.hearHead());
            caller.say("ok");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", caller.hearHead());
            assertEquals("ok", caller.hear(2));
            assertTrue(origin.takeHead().contains("Expect: 100-continue\r\n"));
        }
    }

    @Test
    void connectionsAreKeptOnBothSides() throws Exception {
        try (Conversation caller = call(Origin.answering(HELLO))) {
            for (int i = 0; i < 20; i++) {
                caller.say(GET).hearHead();
                assertEquals("hello", caller.hear(5));
            }

            assertEquals(1, origin.connections());
        }
    }

    @Test
    void aConnectionEndsWhenTheCallerWantsItTo() throws Exception {
        try (Conversation caller = call(Origin.answering(HELLO))) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\nConnection: close\r\n\r\n");

            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", caller.hearAll());
        }
    }

    @Test
    void aCallerOfHttp10GetsNoChunks() throws Exception {
        try (Conversation caller = call(Origin.answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"))) {
            caller.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

            assertEquals("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", caller.hearAll());
            assertTrue(origin.takeHead().contains("Via: 1.0 tokyo\r\n"));
        }
    }

    @Test
    void aCallerOfHttp10MayKeepItsConnection() throws Exception {
        try (Conversation caller = call(Origin.answering(HELLO))) {
            for (int i = 0; i < 2; i++) {
                caller.say("GET / HTTP/1.0\r\nHost: o\r\nConnection: Keep-Alive\r\n\r\n");
                assertTrue(caller.hearHead().contains("Content-Length: 5\r\nConnection: keep-alive\r\n"));
                assertEquals("hello", caller.hear(5));
            }
        }
    }

    @Test
    void anAnswerMayComeBeforeTheRequestIsComplete() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                service.say("1\r\n" + service.raw().hear(6).charAt(3) + "\r\n");
            }
            service.say("0\r\n\r\n");
            service.raw().hearAll();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n");
            caller.hearHead();
            for (String letter : new String[] {"a", "b", "c"}) {
                caller.say("1\r\n" + letter + "\r\n");
                assertEquals("1\r\n" + letter + "\r\n", caller.hear(6));
            }
            caller.say("0\r\n\r\n");

            assertEquals("0\r\n\r\n", caller.hear(5));
        }
    }

    @Test
    void aRequestGoesOnAfterItsAnswerIsComplete() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.raw().hear(2);
            service.say(HELLO);
            service.raw().hear(4);
            service.head();
            service.say(HELLO);
            service.raw().hearAll();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 6\r\n\r\nab")
                    .hearHead();
            assertEquals("hello", caller.hear(5));
            caller.say("cdef").say(GET).hearHead();

            assertEquals("hello", caller.hear(5));
            assertEquals(1, origin.connections());
        }
    }

    /// However its answer says where it ends.
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 3\r\n", ""})
    void aServiceThatWantsNoMoreOfTheBodyIsHeardToTheEnd(String length) throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.raw().hear(2);
            service.say("HTTP/1.1 413 Content Too Large\r\n" + length + "Connection: close\r\n\r\nbig");
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1000000000\r\n\r\nab");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 413 Content Too Large\r\n"));
            assertEquals(length.isEmpty() ? "3\r\nbig\r\n0\r\n\r\n" : "big", caller.hearAll());
        }
    }
}
