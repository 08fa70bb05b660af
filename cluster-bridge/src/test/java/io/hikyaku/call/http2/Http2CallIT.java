package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Calls of HTTP/2 callers to a service that speaks HTTP/1.1.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class Http2CallIT {
    private static final int NO_ERROR = 0;
    private static final int CANCEL = 8;

    private Origin origin;
    private CallPath path;

    private Http2Talk call(Origin.Script script) throws IOException {
        return call(Origin.following(script));
    }

    private Http2Talk call(Origin service) throws IOException {
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        return Http2Talk.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void aRequestBecomesOneOfHttp1WithItsFieldsInOrder() throws Exception {
        try (Http2Talk caller = call(Origin.answering("HTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 5\r\n\r\nhello"))) {
            caller.request(
                    1,
                    true,
                    "GET",
                    "/a%20b?c=%2F",
                    "x-two",
                    "1",
                    "accept",
                    "*/*",
                    "x-two",
                    "\u00e9",
                    "x-request-id",
                    "7");

            assertEquals(":status: 200\nx-b: 2\ncontent-length: 5\n", caller.fields(caller.hearOf(1)));
            assertEquals("hello", caller.hearBody(1));
            assertEquals(
                    "GET /a%20b?c=%2F HTTP/1.1\r\nHost: orders:80\r\nx-two: 1\r\naccept: */*\r\nx-two: \u00e9\r\nx-request-id: 7\r\n"
                            + "Forwarded: for=_x;by=_tokyo;proto=http;host=\"orders:80\"\r\n"
                            + "Via: 2.0 tokyo\r\nVia: 2.0 tokyo\r\nX-Hikyaku-Source-Cluster: tokyo\r\n\r\n",
                    origin.takeHead().replaceFirst("for=_[0-9a-f]{16};", "for=_x;"));
        }
    }

    @Test
    void aBodyOfUnknownLengthIsSentInChunksWithItsTrailers() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            heard.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
            assertEquals("3\r\nabc\r\n0\r\nx-check: 9\r\n\r\n", heard.raw().hear(26));
        })) {
            caller.request(1, false, "POST", "/").data(1, false, "abc").headers(1, true, "x-check", "9");

            assertEquals(":status: 200\n", caller.fields(caller.hearOf(1)));
            assertEquals("ok", caller.hearOf(1).text());
            Http2Talk.Frame trailers = caller.hearOf(1);
            assertTrue(trailers.ends());
            assertEquals("x-sum: 7\n", caller.fields(trailers));
        }
    }

    @Test
    void anEmptyAnswerEndsWithItsHead() throws Exception {
        try (Http2Talk caller = call(Origin.answering("HTTP/1.1 204 No Content\r\n\r\n"))) {
            caller.request(1, true, "DELETE", "/x");

            Http2Talk.Frame head = caller.hearOf(1);
            assertTrue(head.ends());
            assertEquals(":status: 204\n", caller.fields(head));
        }
    }

    @Test
    void interimAnswersGoFirst() throws Exception {
        try (Http2Talk caller = call(Origin.answering(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
            caller.request(1, true, "GET", "/");

            assertEquals(":status: 103\nlink: </a>\n", caller.fields(caller.hearOf(1)));
            assertEquals(":status: 200\ncontent-length: 0\n", caller.fields(caller.hearOf(1)));
        }
    }

    @Test
    void anAnswerBeforeTheRequestsEndStopsTheRequestWithoutAnError() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            heard.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            heard.raw().close();
        })) {
            caller.request(1, false, "POST", "/").data(1, false, "abc");

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 413\n"));
            assertEquals("no", caller.hearBody(1));
            Http2Talk.Frame stop = caller.hearOf(1);
            assertEquals(Http2Talk.RST_STREAM, stop.type());
            assertEquals(NO_ERROR, stop.error());
        }
    }

    @Test
    void aProblemForHeadStopsTheRequestTooWithoutAnError() throws Exception {
        try (Http2Talk caller = call(heard -> heard.raw().hearAll())) {
            path.candidates((shard, own) -> List.of());
            caller.request(1, false, "HEAD", "/");

            Http2Talk.Frame head = caller.hearOf(1);
            assertTrue(caller.fields(head).startsWith(":status: 503\n"));
            assertTrue(head.ends());
            Http2Talk.Frame stop = caller.hearOf(1);
            assertEquals(Http2Talk.RST_STREAM, stop.type());
            assertEquals(NO_ERROR, stop.error());
        }
    }

    @Test
    void aBodyThatCrossesWithAResetHarmsNoOtherCall() throws Exception {
        try (Http2Talk caller = call(heard -> {
            boolean upload = heard.head().startsWith("POST ");
            heard.say("HTTP/1.1 " + (upload ? 413 : 200) + " X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            heard.raw().close();
        })) {
            caller.request(1, false, "POST", "/");
            assertEquals(Http2Talk.RST_STREAM, hearLast(caller).type());

            for (int i = 0; i < 1000; i++) {
                caller.data(1, false, "crossed"); // as a caller does that has not read yet
            }
            caller.data(1, true, "").request(3, true, "GET", "/");

            assertTrue(caller.fields(caller.hearOf(3)).startsWith(":status: 200\n"));
            assertEquals("ok", caller.hearBody(3));
        }
    }

    private static Http2Talk.Frame hearLast(Http2Talk caller) throws IOException {
        assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 413\n"));
        assertEquals("ok", caller.hearBody(1));
        return caller.hearOf(1);
    }

    /// As gRPC's keepalive sends them, with and without calls: a caller that asks often is answered each time.
    @Test
    void pingsAreAnsweredWithAndWithoutCalls() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            assertEquals("3\r\nabc\r\n0\r\n\r\n", heard.raw().hear(13));
            heard.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        })) {
            pingOften(caller);
            caller.request(1, false, "POST", "/");
            pingOften(caller);
            caller.data(1, true, "abc");

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
            assertEquals("ok", caller.hearBody(1));
        }
    }

    private static void pingOften(Http2Talk caller) throws IOException {
        for (byte i = 0; i < 100; i++) {
            byte[] payload = {1, 2, 3, 4, 5, 6, 7, i};
            caller.frame(Http2Talk.PING, 0, 0, payload);
            Http2Talk.Frame pong = caller.hear(Http2Talk.PING);
            assertEquals(Http2Talk.ACK, pong.flags());
            assertArrayEquals(payload, pong.payload());
        }
    }

    @Test
    void theServiceHearsThatACallerHasCancelled() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            heard.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            heard.raw().hearGone();
        })) {
            caller.request(1, true, "GET", "/events");
            assertFalse(caller.hearOf(1).ends());

            caller.reset(1, CANCEL);

            origin.takeEnding();
        }
    }

    @Test
    void aServiceThatEndsTooEarlyIsNeverACleanEnd() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            heard.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            heard.raw().close();
        })) {
            caller.request(1, true, "GET", "/");

            assertEquals(Http2Talk.HEADERS, caller.hearOf(1).type());
            Http2Talk.Frame last = caller.hearOf(1);
            if (last.type() == Http2Talk.DATA) {
                assertFalse(last.ends());
                last = caller.hearOf(1);
            }
            assertEquals(Http2Talk.RST_STREAM, last.type());
        }
    }

    @Test
    void callsThatAreGivenUpOnceTheyAreAnsweredAreNoFlood() throws Exception {
        try (Http2Talk caller = call(heard -> {
            heard.head();
            heard.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            heard.raw().hearGone();
        })) {
            for (int stream = 1; stream <= 2 * 300; stream += 2) {
                caller.request(stream, true, "GET", "/");
                assertEquals(
                        ":status: 200\n", caller.fields(caller.hearOf(stream)).substring(0, 13));
                caller.reset(stream, CANCEL);
            }
        }
    }

    @Test
    void nobodyToAskIsAProblemAnswer() throws Exception {
        try (Http2Talk caller = call(Origin.answering(""))) {
            path.candidates((shard, own) -> List.of());

            caller.request(1, true, "GET", "/");

            String fields = caller.fields(caller.hearOf(1));
            assertTrue(fields.startsWith(":status: 503\ncontent-type: application/problem+json\n"), fields);
            assertTrue(fields.contains("proxy-status: hikyaku-tokyo; error=destination_not_found\n"), fields);
            assertTrue(caller.hearBody(1).contains("urn:hikyaku:problem:unknown-service"));
        }
    }

    @Test
    void grpcCallersGetAGrpcStatusInstead() throws Exception {
        try (Http2Talk caller = call(Origin.answering(""))) {
            path.candidates((shard, own) -> List.of());

            caller.request(1, true, "POST", "/a.B/C", "content-type", "application/grpc+proto", "te", "trailers");

            Http2Talk.Frame only = caller.hearOf(1);
            assertTrue(only.ends());
            String fields = caller.fields(only);
            assertTrue(fields.startsWith(":status: 200\ncontent-type: application/grpc\ngrpc-status: 14\n"), fields);
        }
    }

    @Test
    void manyStreamsOfAConnectionAreServedAtOnce() throws Exception {
        try (Http2Talk caller = call(heard -> {
            String head = heard.head();
            String name = head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP"));
            heard.say("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
        })) {
            for (int stream = 1; stream < 200; stream += 2) {
                caller.request(stream, true, "GET", "/name-" + stream);
            }
            java.util.Map<Integer, String> bodies = new java.util.HashMap<>();
            int ended = 0;
            while (ended < 100) {
                Http2Talk.Frame frame = caller.hear();
                if (frame.type() == Http2Talk.HEADERS) {
                    caller.fields(frame);
                }
                if (frame.type() == Http2Talk.DATA) {
                    bodies.merge(frame.stream(), frame.text(), String::concat);
                }
                ended += frame.ends() ? 1 : 0;
            }

            bodies.forEach((stream, body) -> assertEquals("name-" + stream, body));
            assertEquals(100, bodies.size());
        }
    }
}
