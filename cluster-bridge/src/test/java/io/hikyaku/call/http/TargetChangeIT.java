package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.SteadyCallers;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// The targets of a port change while calls are made.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetChangeIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: orders\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: orders\r\nContent-Length: 0\r\n\r\n";
    private static final int CALLERS = 8;
    private static final int CHANGES = 60;

    private final List<Origin> origins = new ArrayList<>();
    private CallPath path;

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origins.toArray(Origin[]::new));
        assertEquals(0, path.sum("hikyaku.targets.ejected"));
    }

    private Origin origin(Origin.Script script) {
        Origin origin = Origin.following(script);
        origins.add(origin);
        return origin;
    }

    /// Answers with its name.
    private Origin named(String name) {
        return origin(service -> {
            while (true) {
                service.head();
                service.say(answer(name));
            }
        });
    }

    private static String answer(String name) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name;
    }

    private static ExportPort port(String scheme, Origin... targets) {
        return new ExportPort(
                "main",
                80,
                Protocol.HTTP,
                Stream.of(targets)
                        .map(target -> Target.parse(scheme + "127.0.0.1:" + target.port()))
                        .toList());
    }

    private void start(String scheme, Origin... targets) {
        path = CallPath.start(CallLimits.DEFAULTS, port(scheme, targets));
    }

    private static String call(Conversation caller, String request) throws IOException {
        String head = caller.say(request).hearHead();
        assertTrue(head.startsWith("HTTP/1.1 200 "), head);
        int at = head.indexOf("Content-Length: ") + 16;
        return caller.hear(Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
    }

    private static List<String> calls(Conversation caller, int count) throws IOException {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(call(caller, GET));
        }
        return answers;
    }

    @Test
    void oneThatStaysKeepsItsConnectionAndOneThatGoesLosesItsIdleOne() throws Exception {
        // Given
        Origin a = named("a");
        Origin b = named("b");
        Origin c = named("c");
        start("", a, b);
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals(List.of("a", "b", "a", "b"), calls(caller, 4));

            // When
            path.retarget(port("", b, c));

            // Then
            assertTrue(a.takeEnding().startsWith("ended within a head"));
            assertEquals(Set.of("b", "c"), Set.copyOf(calls(caller, 4)));
            assertEquals(1, a.connections());
            assertEquals(1, b.connections());
            assertEquals(1, c.connections());
            assertEquals(2, path.sum("hikyaku.target.connections"));
        }
    }

    @Test
    void aRunningRequestEndsWhereItIsAndNoOtherGoesThere() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        Origin a = origin(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
            release.await();
            service.say("lf");
            service.raw().hearGone();
        });
        Origin b = named("b");
        start("", a);
        try (Conversation running = Conversation.with(path.port());
                Conversation other = Conversation.with(path.port())) {
            running.say(POST).hearHead();
            assertEquals("ha", running.hear(2));

            // When
            path.retarget(port("", b));

            // Then
            for (int i = 0; i < 20; i++) {
                assertEquals("b", call(other, POST));
            }
            release.countDown();
            assertEquals("lf", running.hear(2));
            assertEquals("done", a.takeEnding());
            assertEquals("b", call(running, POST));
            assertEquals(1, a.headsHeard());
            assertEquals(1, a.connections());
        }
    }

    private record GetCaller(Conversation caller) implements SteadyCallers.Caller {
        @Override
        public void call() throws IOException {
            TargetChangeIT.call(caller, GET);
        }

        @Override
        public void close() throws IOException {
            caller.close();
        }
    }

    private static final class GrpcCaller implements SteadyCallers.Caller {
        private final Http2Talk caller;
        private int stream = 1;

        GrpcCaller(Http2Talk caller) {
            this.caller = caller;
        }

        @Override
        public void call() throws IOException {
            callGrpc(caller, stream);
            stream += 2;
        }

        @Override
        public void close() throws IOException {
            caller.close();
        }
    }

    @Test
    void noCallFailsWhileTargetsComeAndGo() throws Exception {
        // Given
        Origin stays = named("stays");
        Origin even = named("even");
        Origin odd = named("odd");
        start("", stays, even);
        SteadyCallers load = new SteadyCallers(CALLERS, () -> new GetCaller(Conversation.with(path.port())));

        // When
        for (int i = 1; i <= CHANGES; i++) {
            load.awaitMore(CALLERS);
            path.retarget(i % 2 == 0 ? port("", even, stays) : port("", stays, odd));
        }
        load.awaitMore(CALLERS);

        // Then
        load.stop();
        // A few may have been idle for too long, but none has gone with a change.
        assertTrue(stays.connections() < CHANGES, stays.connections() + " connections to the one that stays");
        assertTrue(even.headsHeard() > 0 && odd.headsHeard() > 0);
    }

    @Test
    void noStreamFailsWhileTargetsComeAndGo() throws Exception {
        // Given
        Origin stays = origin(TargetChangeIT::serveGrpc);
        Origin even = origin(TargetChangeIT::serveGrpc);
        Origin odd = origin(TargetChangeIT::serveGrpc);
        start("", stays, even);
        SteadyCallers load = new SteadyCallers(CALLERS, () -> new GrpcCaller(Http2Talk.with(path.port())));

        // When
        for (int i = 1; i <= CHANGES; i++) {
            load.awaitMore(CALLERS);
            path.retarget(i % 2 == 0 ? port("", even, stays) : port("", stays, odd));
        }
        load.awaitMore(CALLERS);

        // Then
        load.stop();
        assertTrue(stays.connections() <= path.loops().count(), stays.connections() + " connections");
        assertTrue(even.connections() > path.loops().count(), "the one that goes gets new connections");
    }

    private static void callGrpc(Http2Talk caller, int stream) throws IOException {
        caller.request(stream, false, "POST", "/s/m", "content-type", "application/grpc", "te", "trailers")
                .data(stream, true, "12345");
        String fields = caller.fields(caller.hearOf(stream));
        assertTrue(fields.startsWith(":status: 200\n"), fields);
        Http2Talk.Frame last = caller.hearOf(stream);
        while (!last.ends()) {
            last = caller.hearOf(stream);
        }
        assertTrue(caller.fields(last).contains("grpc-status: 0"));
    }

    /// Answers each call with trailers.
    private static void serveGrpc(Origin.Heard service) throws IOException {
        Http2Talk talk = service.http2();
        while (true) {
            Http2Talk.Frame frame = talk.hear();
            if (frame.ends()) {
                talk.headers(frame.stream(), false, ":status", "200", "content-type", "application/grpc")
                        .data(frame.stream(), false, "67890")
                        .headers(frame.stream(), true, "grpc-status", "0");
            }
        }
    }

    @Test
    void aRunningStreamEndsWhereItIsAndItsConnectionWithIt() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        Origin a = origin(service -> {
            Http2Talk talk = service.http2();
            int stream = talk.hear(Http2Talk.HEADERS).stream();
            service.heard("one");
            talk.headers(stream, false, ":status", "200").data(stream, false, "ha");
            release.await();
            talk.data(stream, true, "lf");
            assertTrue(talk.hearsEnd());
        });
        Origin b = origin(TargetChangeIT::serveGrpc);
        start("h2c://", a);
        try (Conversation running = Conversation.with(path.port());
                Http2Talk other = Http2Talk.with(path.port())) {
            running.say("GET / HTTP/1.0\r\n\r\n").hearHead();
            assertEquals("ha", running.hear(2));

            // When
            path.retarget(port("h2c://", b));

            // Then
            for (int stream = 1; stream < 40; stream += 2) {
                callGrpc(other, stream);
            }
            release.countDown();
            assertEquals("lf", running.hearAll());
            assertEquals("done", a.takeEnding());
            assertEquals(1, a.connections());
        }
    }

    @Test
    void callsThatWaitForAConnectionGoToAnother() throws Exception {
        // Given one that takes connections and says nothing
        CountDownLatch taken = new CountDownLatch(CALLERS);
        Origin silent = origin(service -> {
            taken.countDown();
            service.raw().hearGone();
        });
        Origin b = origin(TargetChangeIT::serveGrpc);
        start("h2c://", silent);
        List<Http2Talk> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Http2Talk.with(path.port()));
            callers.get(i).request(1, true, "GET", "/");
        }
        path.await("all wait", () -> path.sum("hikyaku.calls.in.flight", "side", "export") == CALLERS);

        // When
        path.retarget(port("h2c://", b));

        // Then
        for (Http2Talk caller : callers) {
            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
            caller.close();
        }
        assertEquals("done", silent.takeEnding());
    }

    @Test
    void callsThatWaitForRoomGoToAnother() throws Exception {
        // Given one that takes one stream at a time on each of its connections, and answers none
        Origin full = origin(service -> {
            Http2Talk talk = service.http2(3, 1);
            talk.hear(Http2Talk.HEADERS);
            service.heard("one");
            service.raw().hearGone();
        });
        Origin b = origin(TargetChangeIT::serveGrpc);
        start("h2c://", full);
        int most = 16;
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            for (int i = 0; i < 2 * most; i++) {
                caller.request(1 + 2 * i, true, "GET", "/");
            }
            path.await("all its connections are in use", () -> full.headsHeard() == most);

            // When
            path.retarget(port("h2c://", b));

            // Then
            for (int i = 0; i < most; i++) {
                Http2Talk.Frame head = caller.hear(Http2Talk.HEADERS);
                while (head.ends()) {
                    head = caller.hear(Http2Talk.HEADERS);
                }
                assertTrue(head.stream() > 2 * most - 1);
            }
            assertEquals(most, full.headsHeard());
        }
    }

    @Test
    void callsThatWaitForTlsGoToAnother() throws Exception {
        // Given one that never answers a TLS handshake
        CountDownLatch dialled = new CountDownLatch(1);
        Origin silent = origin(service -> {
            dialled.countDown();
            service.raw().hearGone();
        });
        Origin b = named("b");
        path = CallPath.start(
                new TestLimits().connectTimeout(Duration.ofMinutes(5)).limits(), port("https://", silent));
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say(POST);
            dialled.await();

            // When
            path.retarget(port("", b));

            // Then
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
            assertEquals("done", silent.takeEnding());
        }
    }
}
