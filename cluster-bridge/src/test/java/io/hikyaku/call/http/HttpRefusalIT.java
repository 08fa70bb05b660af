package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.NoLeaks;
import io.hikyaku.call.Origin;
import io.hikyaku.config.CallLimits;
import io.hikyaku.config.Protocol;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests that are not as they must be: refused, the connection closed, nothing passed on.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpRefusalIT {
    private static final String REST = " HTTP/1.1\r\nHost: o\r\n\r\n";

    private static Origin origin;
    private static CallPath path;

    @BeforeAll
    static void start() {
        origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
    }

    @AfterAll
    static void stop() throws IOException {
        path.awaitQuiet();
        origin.close();
        path.close();
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                refused(400, "length and coding", post("Content-Length: 3\r\nTransfer-Encoding: chunked")),
                refused(400, "coding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 3")),
                refused(400, "two lengths that differ", post("Content-Length: 3\r\nContent-Length: 4")),
                refused(400, "two lengths alike", post("Content-Length: 3\r\nContent-Length: 3")),
                refused(400, "list of lengths", post("Content-Length: 3, 3")),
                refused(400, "signed length", post("Content-Length: +3")),
                refused(400, "negative length", post("Content-Length: -1")),
                refused(400, "hexadecimal length", post("Content-Length: 0x3")),
                refused(400, "empty length", post("Content-Length:")),
                refused(400, "length with leading zeros", post("Content-Length: 003")),
                refused(400, "huge length", post("Content-Length: 99999999999999999999")),
                refused(400, "coding twice in one field", post("Transfer-Encoding: chunked, chunked")),
                refused(400, "coding in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
                refused(400, "coding with parameter", post("Transfer-Encoding: chunked;x=1")),
                refused(400, "coding with vertical tab", post("Transfer-Encoding: \u000bchunked")),
                refused(400, "space before the colon", post("Transfer-Encoding : chunked")),
                refused(501, "other coding", post("Transfer-Encoding: gzip")),
                refused(501, "identity coding", post("Transfer-Encoding: identity")),
                refused(400, "coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n"),
                refused(400, "folded line", get("X: a\r\n b")),
                refused(400, "folded first line", "GET / HTTP/1.1\r\n X: a\r\nHost: o\r\n\r\n"),
                refused(400, "bare CR", get("X: a\rb")),
                refused(400, "NUL", get("X: a\u0000b")),
                refused(400, "bare LF", "GET / HTTP/1.1\nHost: o\n\n"),
                refused(400, "name with NUL", get("X\u0000: a")),
                refused(400, "no name", get(": a")),
                refused(400, "no colon", get("X")),
                refused(400, "no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n"),
                refused(400, "two hosts", get("Host: o")),
                refused(400, "empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
                refused(400, "list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
                refused(400, "host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                refused(400, "target of another host", "GET http://evil/" + REST),
                refused(400, "space in the target", "GET /a b" + REST),
                refused(400, "fragment in the target", "GET /a#b" + REST),
                refused(400, "backslash in the target", "GET /a\\b" + REST),
                refused(400, "byte beyond ASCII in the target", "GET /\u00e4" + REST),
                refused(400, "authority as target", "GET o:80" + REST),
                refused(400, "asterisk without OPTIONS", "GET *" + REST),
                refused(400, "junk before the request", "\u0001GET /" + REST),
                refused(400, "two empty lines before", "\r\n\r\nGET /" + REST),
                refused(400, "lower-case version", "GET / http/1.1\r\nHost: o\r\n\r\n"),
                refused(505, "next version", "GET / HTTP/2.0\r\nHost: o\r\n\r\n"),
                refused(405, "CONNECT", "CONNECT o:80" + REST),
                refused(405, "TRACE", "TRACE /" + REST),
                refused(417, "unknown expectation", get("Expect: y 100-continue")),
                refused(400, "protected field named away", get("Connection: close, Authorization")),
                refused(400, "host named away", get("Connection: Host")),
                refused(414, "long request line", "GET /" + "a".repeat(17 * 1024) + REST),
                refused(431, "long head", get("X: " + "a".repeat(65 * 1024))),
                refused(431, "2 MiB head", get("X: " + "a".repeat(2 * 1024 * 1024))),
                refused(431, "many fields", get("X: a\r\n".repeat(2000) + "X: b")));
    }

    private static Arguments refused(int status, String what, String request) {
        return Arguments.of(status, what, request);
    }

    private static String post(String fields) {
        return "POST / HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n\r\nabc";
    }

    private static String get(String fields) {
        return "GET / HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n\r\n";
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("heads")
    void aMalformedHeadIsRefusedAndGoesNowhere(int status, String what, String request) throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say(request);
            String answer = caller.hearAll();

            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), what + ": " + answer);
            assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
            assertTrue(answer.contains("\r\nProxy-Status: hikyaku-tokyo; error=http_request_error\r\n"), answer);
            assertEquals(0, origin.headsHeard());
        }
    }

    static Stream<String> chunks() {
        return Stream.of(
                " 3\r\nabc\r\n0\r\n\r\n",
                "3 \r\nabc\r\n0\r\n\r\n",
                "0x3\r\nabc\r\n0\r\n\r\n",
                "+3\r\nabc\r\n0\r\n\r\n",
                "-3\r\nabc\r\n0\r\n\r\n",
                "3\nabc\r\n0\r\n\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\r\nabc0\r\n\r\n",
                "\r\nabc\r\n0\r\n\r\n",
                "fffffffffffffffff\r\nabc",
                "3;" + "x".repeat(300) + "\r\nabc\r\n0\r\n\r\n",
                "3;a\rb\r\nabc\r\n0\r\n\r\n",
                "0\r\nX : y\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void aBrokenChunkEndsTheCall(String body) throws Exception {
        try (Origin service = Origin.following(conversation -> {
                    conversation.head();
                    conversation.raw().hearReset();
                });
                CallPath own = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, service.port());
                Conversation caller = Conversation.with(own.port())) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n" + body);

            String answer = caller.hearAll();
            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            caller.close();
            own.awaitQuiet();
        }
    }

    @Test
    void problemDetailsSayWhatAndNotWhere() throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("GET / HTTP/1.1\r\n\r\n");
            String answer = caller.hearAll();

            assertTrue(answer.contains("\r\nContent-Type: application/problem+json\r\n"), answer);
            assertTrue(answer.contains("{\"type\":\"urn:hikyaku:problem:bad-request\",\"title\":\""), answer);
            assertTrue(answer.contains("\"status\":400,\"detail\":\""), answer);
            assertTrue(answer.contains("shop/orders:80\",\"instance\":\"urn:hikyaku:request:"), answer);
        }
    }
}
