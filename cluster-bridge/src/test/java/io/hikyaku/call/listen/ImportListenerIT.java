package io.hikyaku.call.listen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// The listening socket of an import: how many it takes, and what it does before the protocol is known.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ImportListenerIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";

    private final Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    private CallPath path;

    private void start(Duration protocolWait, int maxConnections) {
        path = CallPath.startBare(
                null,
                new TestLimits()
                        .protocolWait(protocolWait)
                        .maxConnectionsPerListener(maxConnections)
                        .limits());
        path.export(Protocol.HTTP, origin.port());
        path.candidates((shard, own) -> java.util.List.of(own));
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.awaitQuiet();
        origin.close();
        path.close();
    }

    @Test
    void aConnectionWaitsUntilItsProtocolIsKnown() throws Exception {
        start(Duration.ofSeconds(20), 10);
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say(GET);
            path.await("accepted", () -> path.sum("hikyaku.listener.connections") == 1);
            path.listener().setProtocol(Protocol.HTTP);

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
        }
    }

    @Test
    void aConnectionWhoseProtocolStaysUnknownIsReset() throws Exception {
        start(Duration.ofMillis(300), 10);
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void aCallerAboveTheCapIsToldSo() throws Exception {
        start(Duration.ofSeconds(20), 1);
        path.listener().setProtocol(Protocol.HTTP);
        try (Conversation first = Conversation.with(path.port())) {
            first.say(GET).hearHead();
            try (Conversation second = Conversation.with(path.port())) {
                String answer = second.hearAll();

                assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
                assertTrue(answer.contains("error=connection_limit_reached\r\nRetry-After: 1\r\n"), answer);
            }
        }
    }

    @Test
    void aClosedListenerLetsGoOfItsPortAndNotOfItsConnections() throws Exception {
        start(Duration.ofSeconds(20), 10);
        path.listener().setProtocol(Protocol.HTTP);
        int port = path.port();
        try (Conversation caller = Conversation.with(port)) {
            caller.say(GET).hearHead();
            caller.hear(2);
            path.listener().close().syncUninterruptibly();

            assertThrows(ConnectException.class, () -> Conversation.with(port));
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
            path.listener().bind(new HostPort("127.0.0.1", port)).syncUninterruptibly();
            assertEquals(port, path.port());
        }
    }

    @Test
    void aDrainingListenerClosesIdleConnectionsAndLetsCallsEnd() throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        try (Origin slow = Origin.following(service -> {
            service.head();
            drained.await();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").raw().hearGone();
        })) {
            start(Duration.ofSeconds(20), 10);
            path.export(Protocol.HTTP, slow.port());
            path.listener().setProtocol(Protocol.HTTP);
            try (Conversation busy = Conversation.with(path.port());
                    Conversation idle = Conversation.with(path.port())) {
                busy.say(GET);
                slow.takeHead();
                path.await("both accepted", () -> path.listener().openConnections() == 2);
                path.listener().drain();
                assertEquals("", idle.hearAll());
                drained.countDown();

                assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", busy.hearAll());
            }
        }
    }
}
