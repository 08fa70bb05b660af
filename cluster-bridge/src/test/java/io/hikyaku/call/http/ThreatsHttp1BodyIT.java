package io.hikyaku.call.http;

import static io.hikyaku.call.Violation.CHUNK;
import static io.hikyaku.call.Violation.CHUNK_EXTENSION;
import static io.hikyaku.call.Violation.EXPECTATION;
import static io.hikyaku.call.Violation.FIELD_NAME;
import static io.hikyaku.call.Violation.FOLDED_LINE;
import static io.hikyaku.call.Violation.LINE_END;
import static io.hikyaku.call.Violation.TRAILER_SIZE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.Threats;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies whose end two readers could see at different places, and requests that follow each other. The nested classes
/// are rows of docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp1BodyIT {
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// Never answers.
    private static Threats silent;

    /// Answers a request with a chunked body once its end has come.
    private static Threats threats;

    @BeforeAll
    static void start() {
        silent = new Threats(RecordingService.silent());
        threats = new Threats(
                RecordingService.answering(RecordingService.OK, text -> text.matches("(?s).*\r\n0\r\n(.+\r\n)?\r\n")));
    }

    @AfterAll
    static void stop() throws IOException {
        silent.close();
        threats.close();
    }

    private static String passedOn(String body) {
        return "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n" + Threats.added() + "\r\n" + body;
    }

    @Nested
    class H8 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    " 3\r\nabc\r\n0\r\n\r\n",
                    "3 \r\nabc\r\n0\r\n\r\n",
                    "\t3\r\nabc\r\n0\r\n\r\n",
                    "0x3\r\nabc\r\n0\r\n\r\n",
                    "+3\r\nabc\r\n0\r\n\r\n",
                    "-3\r\nabc\r\n0\r\n\r\n",
                    "0_3\r\nabc\r\n0\r\n\r\n",
                    "3,\r\nabc\r\n0\r\n\r\n",
                    "g\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabcd\r\n0\r\n\r\n",
                    "3\r\nabc0\r\n\r\n",
                    "3\r\nabc\n0\r\n\r\n",
                    "3\r\nabc\r0\r\n\r\n",
                    "3\r\nabc\r\r\n0\r\n\r\n",
                    "3\nabc\r\n0\r\n\r\n",
                    "3\rabc\r\n0\r\n\r\n",
                    "3\r\r\nabc\r\n0\r\n\r\n",
                    "\r\nabc\r\n0\r\n\r\n",
                    "00000000000000003\r\nabc\r\n0\r\n\r\n",
                    "fffffffffffffffff\r\nabc",
                    "10000000000000003\r\nabc\r\n0\r\n\r\n",
                    "8000000000000003\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabc\r\n0\n\r\n",
                    "3\r\nabc\r\n\r\n"
                })
        void aChunkThatIsNoneEndsTheCall(String body) throws IOException {
            silent.cutsOff(400, CHUNK, CHUNKED + body);
        }

        @Test
        void trailersEndInCrlfToo() throws IOException {
            silent.cutsOff(400, LINE_END, CHUNKED + "0\r\nX: y\n\r\n");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\rGET /smuggled HTTP/1.1\r\nHost: o", "X: y\r\n\rZ: z", "\r\rX: y"})
        void aTrailerThatBeginsWithABareCrIsNone(String trailers) throws IOException {
            silent.cutsOff(400, LINE_END, CHUNKED + "0\r\n" + trailers + "\r\n\r\n");
        }

        /// A service that compares it byte by byte would take the body for the next request.
        @Test
        void theCodingIsPassedOnInLowerCase() throws IOException {
            threats.passes(
                    "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: ChunKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                    passedOn("3\r\nabc\r\n0\r\n\r\n"));
        }

        @Test
        void aSizeMayHave16Digits() throws IOException {
            threats.passes(CHUNKED + "0000000000000003\r\nabc\r\n0\r\n\r\n", passedOn("3\r\nabc\r\n0\r\n\r\n"));
        }

        @Test
        void whatFollowsTheLastChunkIsTheNextRequest() throws IOException {
            threats.origin().forget();
            try (Conversation caller = threats.caller()) {
                caller.say(CHUNKED + "3\r\nabc\r\n0\r\n\r\nsmuggled");
                assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
                caller.hear(2);
                caller.say(" /\r\n\r\n");
                assertTrue(caller.hearAll().startsWith("HTTP/1.1 400 Bad Request\r\n"));
            }
            assertEquals(passedOn("3\r\nabc\r\n0\r\n\r\n"), threats.origin().heard());
        }
    }

    @Nested
    class H9 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    ";a",
                    ";a=b",
                    ";a=\"b; c\\\"d\"",
                    ";a;b=c;d",
                    "; a = b ; c",
                    ";chunk-signature=0123456789abcdef"
                })
        void aValidExtensionIsDropped(String extension) throws IOException {
            threats.passes(
                    CHUNKED + "3" + extension + "\r\nabc\r\n0" + extension + "\r\n\r\n",
                    passedOn("3\r\nabc\r\n0\r\n\r\n"));
        }

        @Test
        void anExtensionMayHave256Bytes() throws IOException {
            threats.passes(
                    CHUNKED + "3;" + "x".repeat(255) + "\r\nabc\r\n0\r\n\r\n", passedOn("3\r\nabc\r\n0\r\n\r\n"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    ";",
                    ";;a",
                    ";=b",
                    ";a=",
                    ";a==b",
                    ";a=\"b",
                    ";a=\"b\"c",
                    ";a=\"b\\",
                    ";a b",
                    ";a\rb",
                    ";a\u0000",
                    ";a=\"\u0001\"",
                    ";\u00e4",
                    ";a,b"
                })
        void anInvalidExtensionEndsTheCall(String extension) throws IOException {
            silent.cutsOff(400, CHUNK_EXTENSION, CHUNKED + "3" + extension + "\r\nabc\r\n0\r\n\r\n");
        }

        @Test
        void aLineEndWithinAnExtensionIsNotPartOfIt() throws IOException {
            silent.cutsOff(400, CHUNK, CHUNKED + "3;a\nabc\r\n0\r\n\r\n");
            silent.cutsOff(400, CHUNK, CHUNKED + "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n");
        }

        @ParameterizedTest
        @ValueSource(ints = {257, 64 * 1024})
        void aLongExtensionEndsTheCall(int bytes) throws IOException {
            silent.cutsOff(400, CHUNK_EXTENSION, CHUNKED + "3;" + "x".repeat(bytes - 1) + "\r\nabc\r\n0\r\n\r\n");
        }

        @Test
        void moreExtensionThanBodyEndsTheCall() throws IOException {
            String chunk = "1;" + "x".repeat(200) + "\r\na\r\n";
            silent.cutsOff(400, CHUNK_EXTENSION, CHUNKED + chunk.repeat(21) + "0\r\n\r\n");
        }
    }

    @Nested
    class H10 {
        @Test
        void trailersThatMayNotBeSomeAreDropped() throws IOException {
            threats.passes(
                    CHUNKED
                            + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n"
                            + "Authorization: x\r\nContent-Type: x\r\nCookie: x\r\nConnection: x\r\nTE: x\r\nSet-Cookie: x\r\n"
                            + "X-Forwarded-For: 1.2.3.4\r\nX-Hikyaku-Source-Cluster: evil\r\nCache-Control: x\r\nVia: x\r\n"
                            + "Keep-Alive: x\r\nTrailer: x\r\nUpgrade: x\r\nX-SUM: 2\r\n\r\n",
                    passedOn("3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-SUM: 2\r\n\r\n"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"X : y", "X", ": y", "X\u0000: y"})
        void aTrailerThatIsNoFieldEndsTheCall(String line) throws IOException {
            silent.cutsOff(400, FIELD_NAME, CHUNKED + "3\r\nabc\r\n0\r\n" + line + "\r\n\r\n");
        }

        @Test
        void aFoldedTrailerEndsTheCall() throws IOException {
            silent.cutsOff(400, FOLDED_LINE, CHUNKED + "0\r\nX: y\r\n z\r\n\r\n");
        }

        @Test
        void trailersHaveTheLimitsOfHeads() throws IOException {
            silent.cutsOff(431, TRAILER_SIZE, CHUNKED + "0\r\nX: " + "y".repeat(65 * 1024) + "\r\n\r\n");
            silent.cutsOff(431, TRAILER_SIZE, CHUNKED + "0\r\n" + "X: y\r\n".repeat(1100) + "\r\n");
        }
    }

    @Nested
    class H11 {
        @ParameterizedTest
        @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "DELETE"})
        void theBodyOfAMethodThatHasNoneIsItsOwnAlone(String method) throws IOException {
            String smuggled = "GET /smuggled HTTP/1.1\r\nHost: o\r\n\r\n";
            String request = method + " / HTTP/1.1\r\nHost: o\r\nContent-Length: " + smuggled.length() + "\r\n";
            // A service that takes the body for a request of its own, and answers that too.
            try (Threats naive = new Threats(RecordingService.start());
                    Conversation caller = naive.caller();
                    Conversation victim = naive.caller()) {
                caller.say(request + "\r\n" + smuggled);
                assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
                victim.say("GET /victim HTTP/1.1\r\nHost: o\r\n\r\n");
                assertTrue(victim.hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
                naive.path().await("both heard", () -> naive.origin().heard().contains("/victim"));
                caller.close();
                victim.close();

                assertEquals(2, naive.origin().connections(), "the victim's request came on another connection");
                assertEquals(
                        request + Threats.added() + "\r\n" + smuggled + "GET /victim HTTP/1.1\r\nHost: o\r\n"
                                + Threats.added() + "\r\n",
                        naive.origin().heard());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "y 100-continue",
                    "100-continue, x",
                    "100-continue;a",
                    "\"100-continue\"",
                    "100_continue",
                    "x",
                    ""
                })
        void anUnknownExpectationFails(String expectation) throws IOException {
            threats.origin().forget();
            threats.refuses(
                    417,
                    EXPECTATION,
                    "POST / HTTP/1.1\r\nHost: o\r\nExpect: " + expectation + "\r\nContent-Length: 3\r\n\r\nabc");
        }

        @Test
        void aBodyThatDoesNotWaitForItsContinueIsRead() throws Exception {
            try (Threats early = new Threats(RecordingService.answering(
                            "HTTP/1.1 100 Continue\r\n\r\n" + RecordingService.OK, text -> text.endsWith("abc")));
                    Conversation caller = early.caller()) {
                caller.say("POST / HTTP/1.1\r\nHost: o\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc");
                assertEquals("HTTP/1.1 100 Continue\r\n\r\n", caller.hearHead());
                assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
                caller.close();

                assertEquals(
                        "POST / HTTP/1.1\r\nHost: o\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n" + Threats.added()
                                + "\r\nabc",
                        early.origin().heard());
            }
        }

        @Test
        void aBodyThatIsRefusedIsNotTheNextRequest() throws Exception {
            String smuggled = "GET /smuggled HTTP/1.1\r\nHost: o\r\n\r\n";
            try (Origin refusing = Origin.following(service -> {
                        service.head();
                        service.say(
                                "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    });
                    CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, refusing.port());
                    Conversation caller = Conversation.with(path.port())) {
                caller.say("POST / HTTP/1.1\r\nHost: o\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
                assertTrue(caller.hearHead().startsWith("HTTP/1.1 417 Expectation Failed\r\n"));
                caller.say(smuggled);

                caller.hearGone();
                assertEquals(1, refusing.connections());
                caller.close();
                path.awaitQuiet();
            }
        }
    }

    @Nested
    class H13 {
        @Test
        void tenThousandPipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
            int count = 10_000;
            try (Origin echo = Origin.following(service -> {
                        while (true) {
                            String path = service.raw().hearHead().split(" ", 3)[1];
                            service.say("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                        }
                    });
                    CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, echo.port());
                    Conversation caller = Conversation.with(path.port())) {
                CompletableFuture<Void> said = CompletableFuture.runAsync(() -> sayAll(caller, count));
                double most = 0;
                for (int i = 0; i < count; i++) {
                    String wanted = "/" + i;
                    caller.hearHead();
                    assertEquals(wanted, caller.hear(wanted.length()));
                    most = Math.max(most, path.sum("hikyaku.calls.in.flight", "side", "import"));
                }
                said.join();
                caller.close();

                assertTrue(most <= 1, "one at a time, not " + most);
                assertEquals(1, echo.connections());
                path.awaitQuiet();
            }
        }

        private static void sayAll(Conversation caller, int count) {
            try {
                for (int i = 0; i < count; i += 100) {
                    StringBuilder requests = new StringBuilder();
                    for (int j = i; j < i + 100; j++) {
                        requests.append("GET /").append(j).append(" HTTP/1.1\r\nHost: o\r\n\r\n");
                    }
                    caller.say(requests.toString());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
