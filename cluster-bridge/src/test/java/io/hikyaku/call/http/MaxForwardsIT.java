package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How far an OPTIONS may go (RFC 9110 §7.6.2): two bridges are one gateway, and the importing one counts.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class MaxForwardsIT {
    private static final String ALLOW = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private Origin origin;
    private CallPath path;

    @BeforeEach
    void start() {
        origin = Origin.answering("HTTP/1.1 204 No Content\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
    }

    @AfterEach
    void everythingIsReturned() throws Exception {
        path.closeAfter(origin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "/orders", "http://o/orders"})
    void atNoneTheFirstBridgeAnswersAndTheConnectionGoesOn(String target) throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            String options = "OPTIONS " + target + " HTTP/1.1\r\nHost: o\r\nMax-Forwards: ";

            caller.say(options + "0\r\n\r\n" + options + "1\r\n\r\n");

            assertEquals(
                    "HTTP/1.1 200 OK\r\nAllow: " + ALLOW
                            + "\r\nProxy-Status: hikyaku-tokyo\r\nContent-Length: 0\r\n\r\n",
                    caller.hearHead());
            assertEquals("HTTP/1.1 204 No Content\r\n\r\n", caller.hearHead());
            assertTrue(origin.takeHead().contains("\r\nMax-Forwards: 0\r\n"));
            assertEquals(0, origin.headsHeard());
        }
    }

    @Test
    void atNoneACallerInHttp2IsAnsweredHere() throws Exception {
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "OPTIONS", "*", "max-forwards", "0");
            Http2Talk.Frame answer = caller.hearOf(1);

            assertEquals(
                    ":status: 200\nallow: " + ALLOW + "\nproxy-status: hikyaku-tokyo\ncontent-length: 0\n",
                    caller.fields(answer));
            assertTrue(answer.ends());
            caller.request(3, true, "OPTIONS", "/", "max-forwards", "7");
            assertTrue(caller.fields(caller.hearOf(3)).startsWith(":status: 204\n"));
            assertTrue(origin.takeHead().contains("\r\nmax-forwards: 6\r\n"));
            assertEquals(0, origin.headsHeard());
        }
    }

    @Test
    void aBodyOfWhatIsAnsweredHereIsNotRead() throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("OPTIONS / HTTP/1.1\r\nHost: o\r\nMax-Forwards: 0\r\nContent-Length: 5\r\n\r\nhello");

            String answer = caller.hearHead();

            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.endsWith("Connection: close\r\n\r\n"), answer);
            assertEquals("", caller.hearAll());
            assertEquals(0, origin.headsHeard());
        }
    }

    @Test
    void aBodyInHttp2OfWhatIsAnsweredHereIsStoppedWithoutAnError() throws Exception {
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "OPTIONS", "/", "max-forwards", "0");

            Http2Talk.Frame answer = caller.hearOf(1);
            assertTrue(caller.fields(answer).startsWith(":status: 200\n") && answer.ends());
            assertEquals(0, caller.hear(Http2Talk.RST_STREAM).error());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "010, 9", "2147483648, 999999999", "99999999999999999999999, 999999999"})
    void otherwiseThereIsOneLess(String said, String passedOn) throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("OPTIONS / HTTP/1.1\r\nHost: o\r\nMax-Forwards: " + said + "\r\n\r\n");
            caller.hearHead();

            String head = origin.takeHead();
            assertTrue(head.contains("\r\nMax-Forwards: " + passedOn + "\r\n"), head);
        }
    }

    @Test
    void otherMethodsGoOnAsTheyCame() throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\nMax-Forwards: 0\r\n\r\n");
            caller.hearHead();

            assertTrue(origin.takeHead().contains("\r\nMax-Forwards: 0\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1, 2", "", "x", "0\r\nMax-Forwards: 1"})
    void oneThatIsNoNumberIsRefused(String said) throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("OPTIONS / HTTP/1.1\r\nHost: o\r\nMax-Forwards: " + said + "\r\n\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 400 "));
            assertEquals(0, origin.headsHeard());
        }
    }

    @Test
    void traceIsNotAllowedHoweverFarItMayGo() throws Exception {
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("TRACE / HTTP/1.1\r\nHost: o\r\nMax-Forwards: 0\r\n\r\n");

            String answer = caller.hearHead();
            assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
            assertFalse(answer.contains("message/http"), answer);
            assertEquals(0, origin.headsHeard());
        }
    }
}
