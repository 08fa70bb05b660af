package io.hikyaku.call.http;

import static io.hikyaku.call.Violation.CONTENT_LENGTH;
import static io.hikyaku.call.Violation.FIELD_NAME;
import static io.hikyaku.call.Violation.FIELD_VALUE;
import static io.hikyaku.call.Violation.FIRST_LINE_SIZE;
import static io.hikyaku.call.Violation.FOLDED_LINE;
import static io.hikyaku.call.Violation.FRAMING;
import static io.hikyaku.call.Violation.HOST;
import static io.hikyaku.call.Violation.LINE_END;
import static io.hikyaku.call.Violation.METHOD;
import static io.hikyaku.call.Violation.PROTECTED_FIELD;
import static io.hikyaku.call.Violation.REQUEST_LINE;
import static io.hikyaku.call.Violation.REQUEST_TARGET;
import static io.hikyaku.call.Violation.TRANSFER_CODING;
import static io.hikyaku.call.Violation.UNKNOWN_TRANSFER_CODING;
import static io.hikyaku.call.Violation.VERSION;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Conversation;
import io.hikyaku.call.Threats;
import io.hikyaku.call.Violation;
import io.hikyaku.net.NoLeaks;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Heads that two readers could understand differently: none of their bytes goes on. The nested classes are rows of
/// docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp1HeadIT {
    private static final String REST = " HTTP/1.1\r\nHost: o\r\n\r\n";

    private static Threats threats;

    /// @param name shown with the result
    record Case(String name, int status, Violation violation, String request) {
        void isRefused() throws IOException {
            threats.refuses(status, violation, request);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() {
        threats = new Threats();
    }

    @AfterAll
    static void stop() throws IOException {
        threats.close();
    }

    private static Case post(int status, Violation violation, String fields) {
        return new Case(fields, status, violation, "POST / HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n\r\n0\r\n\r\n");
    }

    private static Case get(Violation violation, String fields) {
        return new Case(fields, 400, violation, "GET / HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n\r\n");
    }

    private static Case raw(int status, Violation violation, String request) {
        return new Case(request.length() > 80 ? request.substring(0, 80) : request, status, violation, request);
    }

    private static Case target(int status, Violation violation, String start) {
        return new Case(start, status, violation, start + REST);
    }

    @Nested
    class H1 {
        static Stream<Case> twoFramings() {
            return Stream.of(
                    post(400, FRAMING, "Content-Length: 3\r\nTransfer-Encoding: chunked"),
                    post(400, FRAMING, "Transfer-Encoding: chunked\r\nContent-Length: 3"),
                    post(400, FRAMING, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
                    post(400, FRAMING, "transfer-encoding: CHUNKED\r\ncontent-length: 5"));
        }

        @ParameterizedTest
        @MethodSource("twoFramings")
        void aLengthAndACodingAreRefused(Case one) throws IOException {
            one.isRefused();
        }
    }

    @Nested
    class H2 {
        static Stream<Case> severalLengths() {
            return Stream.of(
                    post(400, CONTENT_LENGTH, "Content-Length: 3\r\nContent-Length: 4"),
                    post(400, CONTENT_LENGTH, "Content-Length: 5\r\nContent-Length: 5"),
                    post(400, CONTENT_LENGTH, "Content-Length: 5\r\nX: y\r\ncontent-length: 0"),
                    post(400, CONTENT_LENGTH, "Content-Length: 5, 6"),
                    post(400, CONTENT_LENGTH, "Content-Length: 5, 5"),
                    post(400, CONTENT_LENGTH, "Content-Length: 5,"),
                    post(400, CONTENT_LENGTH, "Content-Length: ,5"));
        }

        @ParameterizedTest
        @MethodSource("severalLengths")
        void severalLengthsAreRefusedEvenIfTheyAgree(Case one) throws IOException {
            one.isRefused();
        }
    }

    @Nested
    class H3 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "+5",
                    "-1",
                    "-0",
                    "0x5",
                    "0o5",
                    "1_0",
                    "1 0",
                    "",
                    "005",
                    "00",
                    "5.0",
                    "5e1",
                    "\u00b2",
                    "\"5\"",
                    "9223372036854775808",
                    "18446744073709551621",
                    "99999999999999999999999"
                })
        void aLengthThatIsNoPlainNumberIsRefused(String length) throws IOException {
            post(400, CONTENT_LENGTH, "Content-Length: " + length).isRefused();
        }

        @Test
        void blanksAroundALengthAreNotPartOfIt() throws IOException {
            threats.passes(
                    "POST / HTTP/1.1\r\nHost: o\r\nContent-Length:\t 0 \t\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n" + Threats.added() + "\r\n");
        }
    }

    @Nested
    class H4 {
        static Stream<Case> codings() {
            return Stream.of(
                    post(501, UNKNOWN_TRANSFER_CODING, "Transfer-Encoding: xchunked"),
                    post(501, UNKNOWN_TRANSFER_CODING, "Transfer-Encoding: chunkedx"),
                    post(501, UNKNOWN_TRANSFER_CODING, "Transfer-Encoding: identity"),
                    post(501, UNKNOWN_TRANSFER_CODING, "Transfer-Encoding: gzip"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked, chunked"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked, identity"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: gzip, chunked"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked,"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: ,chunked"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked;x=1"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: \"chunked\""),
                    post(400, TRANSFER_CODING, "Transfer-Encoding:"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked\u00a0"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding: chunked\r\nTransfer-Encoding: x"),
                    post(501, UNKNOWN_TRANSFER_CODING, "Transfer-Encoding: x\r\nTransfer-Encoding: chunked"),
                    post(400, FIELD_VALUE, "Transfer-Encoding: \u000bchunked"),
                    post(400, FIELD_VALUE, "Transfer-Encoding: chunked\u000c"),
                    post(400, FIELD_VALUE, "Transfer-Encoding: \u0000chunked"),
                    post(400, FIELD_NAME, "Transfer_Encoding: chunked"),
                    post(400, FIELD_NAME, "Transfer_encoding: chunked\r\nContent-Length: 5"),
                    post(400, FIELD_NAME, "Content_Length: 5"),
                    post(400, FIELD_NAME, "Transfer-Encoding : chunked"),
                    post(400, FIELD_NAME, "Transfer-Encoding\t: chunked"),
                    post(400, FIELD_NAME, "Transfer Encoding: chunked"),
                    post(400, FIELD_NAME, "Transfer-Encoding\u0000: chunked"),
                    post(400, FIELD_NAME, "\u0001Transfer-Encoding: chunked"),
                    post(400, FOLDED_LINE, "X: y\r\n Transfer-Encoding: chunked"),
                    post(400, TRANSFER_CODING, "Transfer-Encoding:\r\n chunked"),
                    post(400, LINE_END, "X: y\nTransfer-Encoding: chunked"),
                    post(400, LINE_END, "X: y\rTransfer-Encoding: chunked"));
        }

        @ParameterizedTest
        @MethodSource("codings")
        void anythingButOneChunkedIsRefused(Case one) throws IOException {
            one.isRefused();
        }
    }

    @Nested
    class H5 {
        @ParameterizedTest
        @ValueSource(strings = {"", "Connection: keep-alive\r\n", "Connection: close\r\n"})
        void aCodingInHttp10IsRefused(String more) throws IOException {
            raw(400, FRAMING, "POST / HTTP/1.0\r\nHost: o\r\n" + more + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                    .isRefused();
        }
    }

    @Nested
    class H6 {
        static Stream<Case> lines() {
            return Stream.of(
                    get(FOLDED_LINE, "X: a\r\n b"),
                    get(FOLDED_LINE, "X: a\r\n\tb"),
                    raw(400, FOLDED_LINE, "GET / HTTP/1.1\r\n X: a\r\nHost: o\r\n\r\n"),
                    raw(400, LINE_END, "GET / HTTP/1.1\nHost: o\n\n"),
                    raw(400, LINE_END, "GET / HTTP/1.1\r\nHost: o\n\r\n"),
                    raw(400, LINE_END, "GET / HTTP/1.1\r\nHost: o\r\n\n"),
                    raw(400, LINE_END, "GET / HTTP/1.1\r\nHost: o\r\nX: y\n\nGET /smuggled HTTP/1.1\r\n\r\n"),
                    get(LINE_END, "X: a\rb"),
                    get(LINE_END, "X: a\r"),
                    get(LINE_END, "\rX: a"),
                    get(LINE_END, "X: y\r\n\r\rZ: z"),
                    post(400, LINE_END, "\rTransfer-Encoding: chunked"),
                    post(400, LINE_END, "\r\rContent-Length: 5"),
                    get(FIELD_VALUE, "X: a\u0000b"),
                    get(FIELD_VALUE, "X: \u001b[31m"),
                    get(FIELD_VALUE, "X: a\u007f"),
                    get(FIELD_NAME, "X\u0000: a"),
                    get(FIELD_NAME, "X : a"),
                    get(FIELD_NAME, "X\u00e4: a"),
                    get(FIELD_NAME, "X(y): a"),
                    get(FIELD_NAME, ": a"),
                    get(FIELD_NAME, "X"));
        }

        @ParameterizedTest
        @MethodSource("lines")
        void aLineThatIsNoFieldIsRefused(Case one) throws IOException {
            one.isRefused();
        }
    }

    @Nested
    class H7 {
        @ParameterizedTest
        @ValueSource(strings = {"\u0001", "\u0000", "\r", " ", "\t", "\u00ff", "\r\n\u0001", "\r\n "})
        void junkBeforeARequestIsRefused(String junk) throws IOException {
            raw(400, REQUEST_LINE, junk + "GET /" + REST).isRefused();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\r\n\r\n", "\n", "\r\n\n"})
        void emptyLinesBeforeARequestAreRefused(String lines) throws IOException {
            raw(400, LINE_END, lines + "GET /" + REST).isRefused();
        }

        @Test
        void oneEmptyLineBeforeARequestIsSkipped() throws IOException {
            threats.passes(
                    "\r\nGET / HTTP/1.1\r\nHost: o\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: o\r\n" + Threats.added() + "\r\n");
        }
    }

    @Nested
    class H14 {
        static Stream<Case> targets() {
            return Stream.of(
                    target(400, HOST, "GET http://evil/"),
                    target(400, HOST, "GET http://o:80/"),
                    target(400, HOST, "GET http://user@o/"),
                    target(400, HOST, "GET http://o@evil/"),
                    target(400, HOST, "GET http:///path"),
                    target(400, REQUEST_TARGET, "GET https://o/"),
                    target(400, REQUEST_TARGET, "GET file:///etc/passwd"),
                    target(400, REQUEST_TARGET, "GET o:80"),
                    target(400, REQUEST_TARGET, "GET o"),
                    target(400, REQUEST_TARGET, "GET *"),
                    target(400, REQUEST_TARGET, "OPTIONS **"),
                    target(400, REQUEST_LINE, "GET /a b"),
                    target(400, REQUEST_TARGET, "GET  /"),
                    target(400, REQUEST_LINE, "GET\t/"),
                    target(400, REQUEST_TARGET, "GET /\t"),
                    target(400, REQUEST_TARGET, "GET /a#b"),
                    target(400, REQUEST_TARGET, "GET /a\\b"),
                    target(400, REQUEST_TARGET, "GET \\\\evil/"),
                    target(400, REQUEST_TARGET, "GET /\u00e4"),
                    target(400, REQUEST_TARGET, "GET /\u0000"),
                    target(400, REQUEST_TARGET, "GET /\u007f"),
                    target(400, REQUEST_LINE, "G\u00cbT /"),
                    target(400, REQUEST_LINE, "GET,POST /"),
                    target(400, REQUEST_LINE, "A".repeat(65) + " /"),
                    raw(400, REQUEST_TARGET, "GET /\r\nHost: o\r\n\r\n"),
                    raw(400, REQUEST_LINE, "GET / \r\nHost: o\r\n\r\n"),
                    raw(400, REQUEST_LINE, "GET / HTTP/1.1 \r\nHost: o\r\n\r\n"),
                    raw(400, REQUEST_LINE, "GET / http/1.1\r\nHost: o\r\n\r\n"),
                    raw(400, REQUEST_LINE, "GET / HTTP/1.10\r\nHost: o\r\n\r\n"),
                    raw(400, REQUEST_LINE, "GET / HTTP/1,1\r\nHost: o\r\n\r\n"),
                    raw(505, VERSION, "GET / HTTP/1.2\r\nHost: o\r\n\r\n"),
                    raw(505, VERSION, "GET / HTTP/0.9\r\nHost: o\r\n\r\n"),
                    raw(505, VERSION, "GET / HTTP/3.0\r\nHost: o\r\n\r\n"),
                    target(414, FIRST_LINE_SIZE, "GET /" + "a".repeat(16 * 1024)),
                    target(414, FIRST_LINE_SIZE, "GET /" + "a".repeat(1024 * 1024)));
        }

        @ParameterizedTest
        @MethodSource("targets")
        void anAmbiguousRequestLineIsRefused(Case one) throws IOException {
            one.isRefused();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/%00",
                    "/a%0d%0aX:%20y",
                    "/%2e%2e/%2F",
                    "/../a/./b",
                    "//evil/x",
                    "/a;b=c?d=%zz&e",
                    "/?x=http://y"
                })
        void aPathIsNeverDecodedNorTidied(String path) throws IOException {
            threats.passes(
                    "GET " + path + " HTTP/1.1\r\nHost: o\r\n\r\n",
                    "GET " + path + " HTTP/1.1\r\nHost: o\r\n" + Threats.added() + "\r\n");
        }

        @Test
        void theAuthorityOfAnAbsoluteTargetIsTheHost() throws IOException {
            threats.passes(
                    "GET http://O?x HTTP/1.1\r\nX: y\r\nHost: o\r\n\r\n",
                    "GET /?x HTTP/1.1\r\nHost: o\r\nX: y\r\n" + Threats.added() + "\r\n");
        }

        @Test
        void anUnknownMethodPasses() throws IOException {
            threats.passes(
                    "PROPFIND /a HTTP/1.1\r\nHost: o\r\n\r\n",
                    "PROPFIND /a HTTP/1.1\r\nHost: o\r\n" + Threats.added() + "\r\n");
        }
    }

    @Nested
    class H15 {
        static Stream<Case> hosts() {
            return Stream.of(
                            "",
                            "Host: o\r\nHost: o\r\n",
                            "Host: o\r\nhost: evil\r\n",
                            "Host:\r\n",
                            "Host: a, b\r\n",
                            "Host: a b\r\n",
                            "Host: a/b\r\n",
                            "Host: a?b\r\n",
                            "Host: user@o\r\n",
                            "Host: http://o\r\n",
                            "Host: o:80:80\r\n",
                            "Host: o:8a\r\n",
                            "Host: o:-1\r\n",
                            "Host: o:123456\r\n",
                            "Host: o:65536\r\n",
                            "Host: :80\r\n",
                            "Host: [::1\r\n",
                            "Host: [::1]x\r\n",
                            "Host: [o]\r\n",
                            "Host: ::1\r\n",
                            "Host: o\u00e4\r\n",
                            "Host: \"o\"\r\n",
                            "Host: o\\evil\r\n")
                    .map(host -> raw(400, HOST, "GET / HTTP/1.1\r\n" + host + "\r\n"));
        }

        @ParameterizedTest
        @MethodSource("hosts")
        void aHostThatIsMissingOrMalformedIsRefused(Case one) throws IOException {
            one.isRefused();
        }

        @ParameterizedTest
        @ValueSource(strings = {"o:80", "[::1]:8080", "[2001:db8::7]", "a_b.c-d.e.", "10.0.0.1", "o:"})
        void aHostStaysAsItIs(String host) throws IOException {
            threats.passes(
                    "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: " + host + "\r\n"
                            + Threats.added().replace("host=o", "host=" + quoted(host)) + "\r\n");
        }

        private static String quoted(String host) {
            return host.matches("[a-z0-9_.-]+") ? host : '"' + host + '"';
        }
    }

    @Nested
    class H16 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "close, X-Forwarded-For",
                    "Authorization",
                    "Host",
                    "Cookie",
                    "Content-Length",
                    "transfer-encoding",
                    "Content-Type",
                    "Forwarded",
                    "X-Real-IP",
                    "X-Envoy-External-Address",
                    "X-Hikyaku-Source-Cluster",
                    "Via",
                    "traceparent",
                    "Expect"
                })
        void aProtectedFieldCannotBeNamedAway(String named) throws IOException {
            get(PROTECTED_FIELD, "Connection: " + named).isRefused();
        }

        @Test
        void fieldsOfOneHopStayBehind() throws IOException {
            threats.passes(
                    "GET / HTTP/1.1\r\nHost: o\r\nConnection: keep-alive, X-Named ,,\r\nx-named: 1\r\nX-NAMED: 2\r\n"
                            + "Keep-Alive: 1\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\nX: y\r\nUpgrade: foo\r\n"
                            + "TE: gzip;q=0.5, trailers\r\nProxy-Authenticate: z\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: o\r\nX: y\r\nTE: trailers\r\nConnection: TE\r\n" + Threats.added()
                            + "\r\n");
        }
    }

    @Nested
    class H17 {
        @Test
        void anUpgradeToHttp2IsNotPassedOn() throws IOException {
            threats.passes(
                    "GET / HTTP/1.1\r\nHost: o\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: o\r\n" + Threats.added() + "\r\n");
        }
    }

    @Nested
    class H19 {
        static Stream<Case> methods() {
            return Stream.of(
                    target(405, METHOD, "CONNECT o:443"),
                    target(405, METHOD, "CONNECT /"),
                    target(405, METHOD, "connect o:443"),
                    target(405, METHOD, "TRACE /"),
                    target(405, METHOD, "Trace /"),
                    target(405, METHOD, "PRI /"));
        }

        @ParameterizedTest
        @MethodSource("methods")
        void connectAndTraceAreNotAllowed(Case one) throws IOException {
            one.isRefused();
        }
    }

    @Test
    void problemDetailsSayWhatAndNotWhere() throws Exception {
        try (Conversation caller = threats.caller()) {
            caller.say("GET / HTTP/1.1\r\n\r\n");
            String answer = caller.hearAll();

            assertTrue(answer.contains("\r\nContent-Type: application/problem+json\r\n"), answer);
            assertTrue(answer.contains("{\"type\":\"urn:hikyaku:problem:bad-request\",\"title\":\""), answer);
            assertTrue(answer.contains("\"status\":400,\"detail\":\""), answer);
            assertTrue(answer.contains("shop/orders:80\",\"instance\":\"urn:hikyaku:request:"), answer);
        }
    }
}
