package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Calls to a port that has no target: nothing of the service is ready.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class NoTargetIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private @Nullable Origin origin;
    private CallPath path;

    private static ExportPort port(Protocol protocol, String... targets) {
        return new ExportPort(
                "main", 80, protocol, Stream.of(targets).map(Target::parse).toList());
    }

    private void start(Protocol protocol, String... targets) {
        path = CallPath.start(CallLimits.DEFAULTS, port(protocol, targets));
    }

    private static String at(Origin service) {
        return "127.0.0.1:" + service.port();
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private static void assertRefused(Conversation caller) throws IOException {
        String head = caller.hearHead();
        assertTrue(head.startsWith("HTTP/1.1 503 "), head);
        assertTrue(head.contains("Proxy-Status: hikyaku-tokyo; error=destination_unavailable\r\n"), head);
        assertTrue(head.contains("Retry-After: 1\r\n"), head);
        int length = head.indexOf("Content-Length: ") + 16;
        String body = caller.hear(Integer.parseInt(head.substring(length, head.indexOf('\r', length))));
        assertTrue(body.contains("No target of the service is ready"), body);
    }

    @Test
    void areRefusedAtOnceAndServedOnceThereIsOne() throws Exception {
        // Given
        Origin service = Origin.answering(HELLO);
        origin = service;
        start(Protocol.HTTP);
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 3; i++) {
                // When
                caller.say(GET);

                // Then
                assertRefused(caller);
            }
            path.await(
                    "all are counted", () -> path.sum("hikyaku.calls", "side", "export", "outcome", "no-target") == 3);

            // When
            path.retarget(port(Protocol.HTTP, at(service)));

            // Then
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 "));
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void callersOfGrpcGetAStatus() throws Exception {
        start(Protocol.HTTP);
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/s/m", "content-type", "application/grpc", "te", "trailers")
                    .data(1, true, "12345");

            String fields = caller.fields(caller.hearOf(1));
            assertTrue(fields.startsWith(":status: 200\n"), fields);
            assertTrue(fields.contains("grpc-status: 14\n"), fields);
        }
    }

    @Test
    void aConnectionInTcpIsReset() throws Exception {
        start(Protocol.TCP);
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void areMadeElsewhereIfAnotherExportsIt() throws Exception {
        // Given
        origin = Origin.answering(HELLO);
        try (CallPath other = CallPath.start(CallLimits.DEFAULTS, port(Protocol.HTTP, at(origin)))) {
            start(Protocol.HTTP);
            path.candidates((shard, own) -> List.of(own, other.own(shard)));
            for (int i = 0; i < 4; i++) {
                try (Conversation caller = Conversation.with(path.port())) {
                    // When
                    caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n\r\n");

                    // Then
                    assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
                    assertEquals("hello", caller.hear(5));
                }
            }
            other.awaitQuiet();
        }
    }

    @Test
    void whatWaitsForTheLastOneIsRefusedWhenItGoes() throws Exception {
        // Given one that takes connections and says nothing
        CountDownLatch taken = new CountDownLatch(2);
        Origin silent = Origin.following(service -> {
            taken.countDown();
            service.raw().hearGone();
        });
        origin = silent;
        start(Protocol.HTTP, "https://" + at(silent), "h2c://" + at(silent));
        try (Conversation first = Conversation.with(path.port());
                Conversation second = Conversation.with(path.port())) {
            first.say(GET);
            path.await("the first waits", () -> silent.connections() == 1);
            second.say(GET);
            taken.await();

            // When
            path.retarget(port(Protocol.HTTP));

            // Then
            assertRefused(first);
            assertRefused(second);
        }
    }
}
