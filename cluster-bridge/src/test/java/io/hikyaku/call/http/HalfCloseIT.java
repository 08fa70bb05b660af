package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.net.WebSocketExample;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Callers in HTTP/1 that end their half of the connection: what they have asked for whole is answered, and then the
/// connection ends (RFC 9112 §9.6).
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HalfCloseIT {
    private static final String CHUNKED_ANSWER = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private Origin origin;
    private CallPath path;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Conversation call(Origin.Script script) throws IOException {
        return call(Origin.following(script));
    }

    private Conversation call(Origin service) throws IOException {
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        return Conversation.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private static String request(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: o\r\n\r\n";
    }

    /// Ends the caller's half, and lets the service go on once the bridge has read it.
    private void endThenGoOn(Conversation caller) throws IOException {
        caller.sayEnd();
        // Connections go to the event loops in turn, and each loop reads in order: what it answers later, it read
        // later.
        for (int loop = 0; loop < path.loops().count(); loop++) {
            try (Conversation later = Conversation.with(path.port())) {
                later.say("OPTIONS * HTTP/1.1\r\nHost: o\r\nMax-Forwards: 0\r\n\r\n");
                assertTrue(later.hearHead().startsWith("HTTP/1.1 200 "), "the bridge answers itself");
            }
        }
        ended.countDown();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: o\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 5\r\n\r\nhello",
                "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            })
    void theAnswerOfASlowServiceComesAllTheSame(String request) throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            ended.await();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
            service.raw().hearAll();
        })) {
            caller.say(request);
            origin.takeHead();
            endThenGoOn(caller);

            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nanswer", caller.hearAll());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /never HTTP/1.1\r\nHost: o\r\n", "POST /never HTTP/1.1\r\nHost: o\r\nContent-Le"})
    void allThatWereAskedForWholeAreAnsweredInOrder(String rest) throws Exception {
        try (Conversation caller = call(service -> {
            while (true) {
                String path = service.head().split(" ")[1];
                service.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + path);
            }
        })) {
            caller.say(request("/1") + request("/2") + request("/3") + rest);
            caller.sayEnd();

            String heard = caller.hearUntilGone();
            for (int i = 1; i <= 3; i++) {
                assertTrue(origin.takeHead().startsWith("GET /" + i + " "));
                assertTrue(heard.contains("\r\n\r\n/" + i), heard);
            }
            assertEquals(0, origin.headsHeard());
        }
    }

    @Test
    void anAnswerThatHasBegunGoesOn() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say(CHUNKED_ANSWER + "5\r\nfirst\r\n");
            ended.await();
            service.say("6\r\nsecond\r\n0\r\n\r\n");
            service.raw().hearAll();
        })) {
            caller.say(request("/"));
            assertEquals(CHUNKED_ANSWER, caller.hearHead());
            assertEquals("5\r\nfirst\r\n", caller.hear(10));
            endThenGoOn(caller);

            assertEquals("6\r\nsecond\r\n0\r\n\r\n", caller.hearAll());
        }
    }

    @Test
    void aLargeAnswerComesWhole() throws Exception {
        int size = 20_000_000;
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n" + "x".repeat(size));
            service.raw().hearAll();
        })) {
            caller.say(request("/"));
            caller.sayEnd();
            caller.hearHead();

            assertEquals(size, caller.hearAll().length());
        }
    }

    @Test
    void aBodyThatIsNotCompleteIsACancellation() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.raw().hearReset();
        })) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 10\r\n\r\nhello");
            origin.takeHead();
            caller.sayEnd();

            assertEquals("", caller.hearUntilGone());
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aConnectionWithoutACallEnds() throws Exception {
        try (Conversation caller = call(Origin.answering("HTTP/1.1 204 No Content\r\n\r\n"))) {
            caller.say(request("/")).hearHead();
            caller.sayEnd();

            assertEquals("", caller.hearAll());
        }
    }

    @Test
    void aResetEndsTheCallAtOnce() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.raw().hearReset();
        })) {
            caller.say(request("/"));
            origin.takeHead();
            caller.reset();

            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aResetAfterTheEndOfItsHalfEndsTheCallToo() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.raw().hearReset();
        })) {
            caller.say(request("/"));
            origin.takeHead();
            caller.sayEnd();
            caller.reset();

            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aWebSocketThatIsAskedForAsTheLastThingEndsOnOneSideOnly() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            ended.await();
            service.say(WebSocketExample.OPENED);
            assertEquals("early", service.raw().hearAll());
            service.say("late");
        })) {
            caller.say(WebSocketExample.opening("/", "o") + "early");
            origin.takeHead();
            endThenGoOn(caller);

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 101 "));
            assertEquals("late", caller.hearAll());
            assertEquals("done", origin.takeEnding());
        }
    }
}
