package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers of services that are not what they should be: row H12 of docs/THREATS.md. In each the next call has to get
/// its own answer, over another connection.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp1AnswerIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";
    private static final String WRONG = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong";
    private static final String RIGHT = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";

    private Origin origin;
    private CallPath path;

    /// Says the answer on the first connection and the right one on all others.
    private Conversation call(String first) throws IOException {
        return call(first, RIGHT);
    }

    private Conversation call(String first, String others) throws IOException {
        CountDownLatch used = new CountDownLatch(1);
        origin = Origin.following(service -> {
            boolean isFirst = used.getCount() == 1;
            used.countDown();
            while (true) {
                service.head();
                service.say(isFirst ? first : others);
            }
        });
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        return Conversation.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private void nextCallGetsItsOwnAnswer(Conversation caller) throws IOException {
        caller.say(GET);
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", caller.hearHead());
        assertEquals("right", caller.hear(5));
        assertEquals(2, origin.connections());
    }

    /// A reset if something of the answer was passed on already, else a problem.
    private static String hearProblemOrReset(Conversation caller) throws IOException {
        String heard = "";
        try {
            while (!heard.contains("502 Bad Gateway")) {
                heard += caller.hear(1);
            }
        } catch (IOException reset) {
            assertTrue(reset instanceof SocketException, "a clean end after " + heard);
        }
        return heard;
    }

    private static void assertBadGateway(String error, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 502 Bad Gateway\r\n"), answer);
        assertTrue(answer.contains("Proxy-Status: hikyaku-tokyo; error=" + error + "\r\n"), answer);
    }

    @Nested
    class H12 {
        @ParameterizedTest
        @CsvSource({"GET, 204 No Content", "GET, 304 Not Modified", "HEAD, 200 OK"})
        void aBodyWhereNoneMayBeIsNotTheNextAnswer(String method, String status) throws Exception {
            String head = "HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n";
            try (Conversation caller = call(head + "Content-Length: " + WRONG.length() + "\r\n\r\n" + WRONG)) {
                caller.say(method + " / HTTP/1.1\r\nHost: o\r\n\r\n");
                assertTrue(caller.hearHead().startsWith(head));

                nextCallGetsItsOwnAnswer(caller);
            }
        }

        @Test
        void aChunkedBodyOfA204IsNotTheNextAnswer() throws Exception {
            try (Conversation caller =
                    call("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + WRONG)) {
                caller.say(GET);
                assertEquals("HTTP/1.1 204 No Content\r\n\r\n", caller.hearHead());

                nextCallGetsItsOwnAnswer(caller);
            }
        }

        @Test
        void bytesAfterAnAnswerAreNotTheNextAnswer() throws Exception {
            try (Conversation caller = call(RIGHT + WRONG)) {
                caller.say(GET).hearHead();
                assertEquals("right", caller.hear(5));

                nextCallGetsItsOwnAnswer(caller);
            }
        }

        @Test
        void aFloodOfInterimAnswersIsABadGateway() throws Exception {
            try (Conversation caller = call("HTTP/1.1 102 Processing\r\n\r\n".repeat(3000) + RIGHT)) {
                caller.say(GET);
                String heard = hearProblemOrReset(caller);

                assertFalse(heard.contains("right"), heard);
                assertTrue(heard.split("102 Processing", -1).length <= 1001, heard);
            }
        }

        @ParameterizedTest
        @CsvSource({"close", "keep-alive"})
        void anAnswerShorterThanItsLengthNeverLooksComplete(String connection) throws Exception {
            CountDownLatch heard = new CountDownLatch(1);
            origin = Origin.following(service -> {
                service.head();
                service.say("HTTP/1.1 200 OK\r\nConnection: " + connection + "\r\nContent-Length: 10\r\n\r\nhello");
                heard.await();
            });
            path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
            try (Conversation caller = Conversation.with(path.port())) {
                caller.say(GET).hearHead();
                assertEquals("hello", caller.hear(5));
                heard.countDown();

                assertEquals("", caller.hearReset());
            }
        }

        @Test
        void anAnswerLongerThanItsLengthIsCutAtIt() throws Exception {
            try (Conversation caller =
                    call("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nright" + WRONG)) {
                caller.say(GET);
                assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", caller.hearHead());
                assertEquals("right", caller.hear(5));

                nextCallGetsItsOwnAnswer(caller);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "HTTP/1.1 200 OK^Content-Length: 5^Transfer-Encoding: chunked^^",
                    "HTTP/1.1 200 OK^Content-Length: 5^Content-Length: 6^^",
                    "HTTP/1.1 200 OK^Content-Length: 5^Content-Length: 5^^",
                    "HTTP/1.1 200 OK^Content-Length: +5^^",
                    "HTTP/1.1 200 OK^Transfer-Encoding: chunked, chunked^^",
                    "HTTP/1.1 200 OK^Transfer-Encoding: xchunked^^",
                    "HTTP/1.0 200 OK^Transfer-Encoding: chunked^^",
                    "HTTP/1.1 101 Switching Protocols^^",
                    "HTTP/1.1 20 OK^^",
                    "HTTP/1.1 2000 OK^^",
                    "HTTP/1.1 099 OK^^",
                    "HTTP/3.0 200 OK^^",
                    "HTTP/1.1200 OK^^",
                    "hello^^",
                    "HTTP/1.1 200 O\rK^^",
                    "HTTP/1.1 200 O\u0000K^^",
                    "HTTP/1.1 200 OK\nX: y\n\n",
                    "HTTP/1.1 200 OK^X : y^^",
                    "HTTP/1.1 200 OK^X: y^ z^^",
                    "HTTP/1.1 200 OK^X: a\u0000b^^",
                    "HTTP/1.1 200 OK^: y^^",
                    "HTTP/1.1 200 OK^\rContent-Length: 5^^",
                    "\u0001HTTP/1.1 200 OK^^",
                })
        void anAnswerThatIsNoneIsABadGateway(String answer) throws Exception {
            try (Conversation caller = call(answer.replace("^", "\r\n"))) {
                String problem = caller.say(GET).hearHead();
                assertBadGateway("http_protocol_error", problem);
                caller.hear(Integer.parseInt(problem.replaceAll("(?s).*Content-Length: (\\d+).*", "$1")));

                nextCallGetsItsOwnAnswer(caller);
            }
        }

        @Test
        void aHeadAboveTheLimitIsABadGateway() throws Exception {
            try (Conversation caller = call("HTTP/1.1 200 OK\r\nX: " + "y".repeat(65 * 1024) + "\r\n\r\n")) {
                assertBadGateway("http_protocol_error", caller.say(GET).hearHead());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"g\r\nabc", "3\r\nabcd", "3 \r\nabc", "-1\r\n", "3\nabc"})
        void aBrokenChunkNeverLooksComplete(String chunk) throws Exception {
            String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            try (Conversation caller = call(head + "2\r\nab\r\n" + chunk + "\r\n0\r\n\r\n")) {
                caller.say(GET);

                assertFalse(hearProblemOrReset(caller).endsWith("0\r\n\r\n"));
            }
        }
    }
}
