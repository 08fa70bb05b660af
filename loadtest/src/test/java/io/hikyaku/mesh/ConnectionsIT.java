package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.net.WebSocketExample;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What is special about a connection or a hop, between clusters: ends of one half, counted forwards, many interim
/// answers, WebSockets that are not opened, and connections that a service has authenticated.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class ConnectionsIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";

    @Parameter
    Carrier carrier;

    private SharedMesh mesh;
    private final CountDownLatch ended = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.awaitQuiet();
    }

    @Test
    void aCallerThatHasEndedItsHalfIsAnswered() throws Exception {
        mesh.raw.follow(service -> {
            service.hearHead();
            ended.await();
            service.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlate");
            service.hearAll();
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.RAW))) {
            caller.say(GET + "\r\n");
            caller.sayEnd();
            ended.countDown();

            assertEquals("late", caller.hearAnswer().body());
            assertEquals("", caller.hearAll());
        }
    }

    @Test
    void twoBridgesAreOneGateway() throws Exception {
        mesh.raw.follow(service -> {
            Talk.Head head = service.hearHead();
            service.say("HTTP/1.1 204 No Content\r\nConnection: close\r\nX-Left: " + head.field("Max-Forwards")
                    + "\r\n\r\n");
            service.hearAll();
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.RAW))) {
            caller.say("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
            Talk.Head here = caller.hearHead();
            assertEquals(200, here.status());
            assertEquals("hikyaku-tokyo", here.field("Proxy-Status"));

            caller.say("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n");
            assertEquals("0", caller.hearHead().field("X-Left"));
        }
    }

    @Test
    void aThousandInterimAnswersPass() throws Exception {
        mesh.raw.follow(service -> {
            service.hearHead();
            service.say("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000)
                    + "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            service.hearAll();
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.RAW))) {
            caller.say(GET + "\r\n");
            for (int i = 0; i < 1000; i++) {
                assertEquals(102, caller.hearHead().status());
            }

            assertEquals(204, caller.hearHead().status());
        }
    }

    @Test
    void aWebSocketThatIsNotOpenedIsAnOrdinaryAnswer() throws Exception {
        mesh.raw.follow(service -> {
            service.hearHead();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nno chat.");
            assertEquals("", service.hearAll());
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.RAW))) {
            caller.say(WebSocketExample.opening("/", "a") + "bytes");

            Talk.Answer answer = caller.hearAnswer();
            assertEquals(200, answer.head().status());
            assertEquals("no chat.", answer.body());
            assertEquals("", caller.hearAll());
        }
        mesh.raw.takeEnding();
    }

    /// Takes whoever uses a connection for the one who has signed in on it.
    private static void authenticate(Talk service) throws IOException {
        String user = "";
        while (true) {
            String said = service.hearHead().field("Authorization");
            user = said.startsWith("NTLM I am ") ? said.substring(10) : user;
            service.say(
                    user.isEmpty()
                            ? "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
                            : "HTTP/1.1 200 OK\r\nContent-Length: " + user.length() + "\r\n\r\n" + user);
        }
    }

    @Test
    void nobodyIsServedAsSomebodyElse() throws Exception {
        mesh.raw.follow(ConnectionsIT::authenticate);
        try (Talk ann = Talk.with(mesh.port(SharedMesh.RAW))) {
            assertEquals(401, ann.say(GET + "\r\n").hearAnswer().head().status());
            assertEquals(
                    "ann",
                    ann.say(GET + "Authorization: NTLM I am ann\r\n\r\n")
                            .hearAnswer()
                            .body());
            for (int i = 0; i < 10; i++) {
                try (Talk stranger = Talk.with(mesh.port(SharedMesh.RAW))) {
                    assertEquals(
                            401, stranger.say(GET + "\r\n").hearAnswer().head().status());
                }
                assertTrue(ann.say(GET + "\r\n").hearAnswer().body().equals("ann"), "call " + i);
            }
        }
    }
}
