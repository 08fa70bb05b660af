package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.Candidate;
import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.Problem;
import io.hikyaku.call.SilentStream;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a caller gets when a call cannot be answered, what the other side sees of it, and what is tried again.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpFailureIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";
    /// Time to do one thing after another, on any machine.
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private @Nullable Origin origin;
    private CallPath path;

    private Conversation call(CallLimits limits, Origin.Script script) throws IOException {
        Origin service = Origin.following(script);
        origin = service;
        path = CallPath.start(Protocol.HTTP, limits, service.port());
        return Conversation.with(path.port());
    }

    private Conversation call(Origin.Script script) throws IOException {
        return call(CallLimits.DEFAULTS, script);
    }

    private Conversation callBare() throws IOException {
        path = CallPath.startBare(Protocol.HTTP, CallLimits.DEFAULTS);
        return Conversation.with(path.port());
    }

    private static CallLimits limits(Duration header, Duration response, Duration idle) {
        return new TestLimits()
                .headerTimeout(header)
                .responseTimeout(response)
                .idleTimeout(idle)
                .limits();
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
    void aServiceThatNobodyExportsIsUnavailableForNow() throws Exception {
        try (Conversation caller = callBare()) {
            String answer = caller.say(GET).hearHead();

            assertProblem(503, "destination_not_found", answer);
            assertTrue(answer.contains("Retry-After: 5\r\n"), answer);
        }
    }

    @Test
    void theConnectionLivesOnAfterAProblem() throws Exception {
        try (Conversation caller = callBare()) {
            for (int i = 0; i < 3; i++) {
                String head = caller.say(GET).hearHead();
                int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
                assertTrue(caller.hear(length).startsWith("{"));
            }
        }
    }

    @Test
    void aProblemForHeadHasNoBody() throws Exception {
        try (Conversation caller = callBare()) {
            caller.say("HEAD / HTTP/1.1\r\nHost: o\r\n\r\n");
            String first = caller.hearHead();
            caller.say("HEAD / HTTP/1.1\r\nHost: o\r\nConnection: close\r\n\r\n");

            assertProblem(503, "destination_not_found", first);
            assertTrue(caller.hearAll().endsWith("\r\n\r\n"));
        }
    }

    @Test
    void anExporterThatCannotBeReachedIsUnavailable() throws Exception {
        try (Conversation caller = callBare()) {
            path.candidates((shard, own) -> List.of(candidate(waiter -> waiter.onUnreachable(Problem.UNREACHABLE))));

            assertProblem(503, "destination_unavailable", caller.say(GET).hearHead());
        }
    }

    @Test
    void aChannelThatDoesNotComeIsWaitedForABoundedTime() throws Exception {
        try (Conversation caller = callBare()) {
            path.candidates((shard, own) -> List.of(candidate(waiter -> {})));

            assertProblem(503, "destination_unavailable", caller.say(GET).hearHead());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSED, 503, connection_limit_reached, 3",
        "NOT_EXPORTED, 503, destination_not_found, 2",
        "DENIED, 403, http_request_denied, 2",
        "TARGET_REFUSED, 502, connection_refused, 2",
        "TARGET_CONNECT_TIMEOUT, 504, connection_timeout, 2",
        "TARGET_UNRESOLVED, 502, dns_error, 2",
        "TARGET_TERMINATED, 502, connection_terminated, 3",
        "TARGET_TIMEOUT, 504, http_response_timeout, 1",
        "TARGET_PROTOCOL, 502, http_protocol_error, 1",
        "CHANNEL_LOST, 502, connection_terminated; details=\"transport_lost\", 3",
        "INTERNAL, 502, proxy_internal_error, 1",
    })
    void aResetBeforeTheAnswerIsAnErrorAfterSoManyTries(ResetCode code, int status, String error, int tries)
            throws Exception {
        try (Conversation caller = callBare()) {
            AtomicInteger opened = resetEverywhere(code);

            assertProblem(status, error, caller.say(GET).hearHead());
            assertEquals(tries, opened.get());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 0, '', 3",
        "HEAD, 0, '', 3",
        "PUT, 2, ab, 3",
        "PUT, 3, ab, 1",
        "DELETE, 0, '', 3",
        "OPTIONS, 0, '', 3",
        "POST, 2, ab, 1",
        "PATCH, 2, ab, 1",
        "get, 0, '', 1",
    })
    void aCallThatMayHaveRunIsRepeatedIfItIsIdempotentAndWhole(String method, int length, String body, int tries)
            throws Exception {
        try (Conversation caller = callBare()) {
            AtomicInteger opened = resetEverywhere(ResetCode.CHANNEL_LOST);
            caller.say(method + " / HTTP/1.1\r\nHost: o\r\nContent-Length: " + length + "\r\n\r\n" + body);

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 502 "));
            assertEquals(tries, opened.get());
            path.await("counted", () -> path.sum("hikyaku.calls.retried", "reason", "transport-lost") == tries - 1);
        }
    }

    private AtomicInteger resetEverywhere(ResetCode code) {
        AtomicInteger opened = new AtomicInteger();
        path.candidates((shard, own) -> List.of(
                CallPath.to("osaka", resetting(path.loops().loop(shard), code, opened)),
                CallPath.to("edge", resetting(path.loops().loop(shard), code, opened))));
        return opened;
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {"NOT_EXPORTED", "NO_TARGET"})
    void aCallThatWasRefusedElsewhereIsAnsweredHere(ResetCode code) throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
                    + service.raw().hear(4));
            service.raw().hearAll();
        })) {
            path.candidates((shard, own) ->
                    List.of(CallPath.to("osaka", resetting(path.loops().loop(shard), code, new AtomicInteger())), own));

            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 4\r\n\r\nabcd");
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
            assertEquals("abcd", caller.hear(4));
        }
    }

    @Test
    void aTargetThatRefusesLeavesTheCallToTheNextOne() throws Exception {
        Origin service = Origin.answering(HELLO);
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, Origin.deadPort(), service.port());
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 4; i++) {
                caller.say(GET).hearHead();
                assertEquals("hello", caller.hear(5));
            }
        }
    }

    @Test
    void targetsTakeTurns() throws Exception {
        try (Origin other = Origin.answering(HELLO.replace("hello", "other"))) {
            Origin service = Origin.answering(HELLO);
            origin = service;
            path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, service.port(), other.port());
            try (Conversation caller = Conversation.with(path.port())) {
                for (int i = 0; i < 10; i++) {
                    caller.say(GET).hearHead();
                    caller.hear(5);
                }
            }
            assertEquals(5, service.headsHeard());
            assertEquals(5, other.headsHeard());
        }
    }

    @Test
    void aDeadTargetIsABadGateway() throws Exception {
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, Origin.deadPort());
        try (Conversation caller = Conversation.with(path.port())) {
            assertProblem(502, "connection_refused", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatLeavesBeforeItsAnswerIsABadGateway() throws Exception {
        try (Conversation caller = call(Origin.Heard::head)) {
            assertProblem(502, "connection_terminated", caller.say(GET).hearHead());
        }
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 10, hello", "Transfer-Encoding: chunked, 5^hello^"})
    void anAnswerThatWasCutOffNeverLooksComplete(String framing, String start) throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + start.replace("^", "\r\n"));
            heard.await();
        })) {
            caller.say(GET).hearHead();
            caller.hear(start.replace("^", "\r\n").length());
            heard.countDown();

            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void anIdleConnectionThatTheServiceHasClosedIsNoReasonToFail() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say(HELLO);
            service.head();
        })) {
            for (int i = 0; i < 3; i++) {
                caller.say(GET).hearHead();
                assertEquals("hello", caller.hear(5));
            }
        }
    }

    @Test
    void aRequestThatMayHaveRunIsNotRepeated() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say(HELLO);
            service.head();
        })) {
            String post = "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n\r\n";
            String answer = caller.say(post).hearHead();
            for (int i = 0; i < 20 && answer.startsWith("HTTP/1.1 200 "); i++) {
                // Where this comes too late, the connection of the one before is not used again.
                caller.hear(5);
                answer = caller.say(post).hearHead();
            }

            assertProblem(502, "connection_terminated", answer);
        }
    }

    @Test
    void aRequestThatMayNotBeRepeatedTakesNoConnectionThatTheServiceMayBeClosing() throws Exception {
        Origin service = Origin.answering(HELLO);
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, service.port());
        try (Conversation caller = Conversation.with(path.port())) {
            String post = "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n\r\n";
            int before;
            long begun;
            do { // until all three are made within a second
                before = service.connections();
                begun = System.nanoTime();
                for (String request : List.of(post, post, GET)) {
                    caller.say(request).hearHead();
                    caller.hear(5);
                }
            } while (System.nanoTime() - begun > Duration.ofMillis(900).toNanos());
            int used = service.connections();
            assertTrue(used <= before + 1, "connections: " + used);
            long second = System.nanoTime() + Duration.ofMillis(1100).toNanos();
            path.await("a second later", () -> System.nanoTime() - second > 0);

            caller.say(post).hearHead();

            assertEquals(used + 1, service.connections());
        }
    }

    @Test
    void aServiceThatDoesNotAnswerIsAGatewayTimeout() throws Exception {
        Duration usual = Duration.ofSeconds(60);
        try (Conversation caller =
                call(limits(usual, SHORT, usual), service -> service.raw().hearGone())) {
            assertProblem(504, "http_response_timeout", caller.say(GET).hearHead());
        }
    }

    @Test
    void aHeadThatDoesNotComeToItsEndIsARequestTimeout() throws Exception {
        Duration usual = Duration.ofSeconds(60);
        try (Conversation caller = call(limits(SHORT, usual, usual), service -> {})) {
            caller.say("GET / HTTP/1.1\r\nHos");

            assertProblem(408, "http_request_error", caller.hearAll());
        }
    }

    @Test
    void aBodyThatDoesNotComeIsARequestTimeout() throws Exception {
        Duration usual = Duration.ofSeconds(60);
        try (Conversation caller =
                call(limits(usual, usual, SHORT), service -> service.raw().hearGone())) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 10\r\n\r\nab");

            assertProblem(408, "http_request_error", caller.hearAll());
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws Exception {
        Duration usual = Duration.ofSeconds(60);
        try (Conversation caller = call(limits(usual, usual, SHORT), service -> {})) {
            assertEquals("", caller.hearAll());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1^Host: o^^, ''",
        "POST / HTTP/1.1^Host: o^Content-Length: 100^^ab, ''",
        "GET / HTTP/1.1^Host: o^^, HTTP/1.1 200 OK^Content-Length: 100^^ab",
        "POST / HTTP/1.1^Host: o^Content-Length: 100^^ab, HTTP/1.1 200 OK^Content-Length: 100^^ab",
    })
    void aCallerThatLeavesIsGoneForTheServiceToo(String request, String answer) throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say(answer.replace("^", "\r\n"));
            service.raw().hearGone();
        })) {
            caller.say(request.replace("^", "\r\n"));
            Origin service = origin;
            service.takeHead();
            if (!answer.isEmpty()) {
                caller.hearHead();
            }
            caller.reset(); // an end without one may be that of its half alone, which is answered

            assertEquals("done", service.takeEnding());
            path.await("cancelled", () -> path.sum("hikyaku.calls", "outcome", "cancelled", "side", "import") == 1);
        }
    }

    @Test
    void aCallerThatLeavesBeforeItsRequestIsCompleteLeavesNothing() throws Exception {
        try (Conversation caller = call(service -> {})) {
            caller.say("GET / HTTP/1.1\r\nHo").close();

            path.awaitQuiet();
            assertEquals(0, origin.connections());
        }
    }

    @Test
    void callsAreCountedByOutcome() throws Exception {
        try (Conversation caller = call(service -> {
            service.head();
            service.say(HELLO);
            service.raw().hearAll();
        })) {
            caller.say(GET).hearHead();
            caller.hear(5);

            path.await("counted", () -> path.sum("hikyaku.calls", "outcome", "completed") == 2);
            assertFalse(path.find("hikyaku.calls", "service", "shop/orders:80", "side", "export")
                    .isEmpty());
        }
    }

    private static Candidate candidate(java.util.function.Consumer<Candidate.Waiter> ready) {
        return new Candidate() {
            @Override
            public String label() {
                return "osaka";
            }

            @Override
            public void whenReady(Waiter waiter) {
                ready.accept(waiter);
            }
        };
    }

    /// Opens streams that the other side resets.
    private static StreamOpener resetting(EventLoop loop, ResetCode code, AtomicInteger opened) {
        return (metadata, handler) -> {
            metadata.release();
            opened.incrementAndGet();
            loop.execute(() -> handler.onReset(code, "", true));
            return new SilentStream(true);
        };
    }
}
