package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.Candidate;
import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.SilentStream;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.net.WebSocketExample;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Services that authenticate a connection, as those that speak NTLM do: nobody is served as somebody else.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ConnectionAuthIT {
    private Origin origin;
    private Origin second;
    private CallPath path;

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin, second);
    }

    /// Takes whoever uses a connection for the one who has made the handshake of two legs on it.
    private static void authenticate(Origin.Heard service) throws IOException {
        String user = "";
        boolean begun = false;
        while (true) {
            String head = service.head();
            int at = head.indexOf("Authorization: NTLM ");
            String said = at < 0 ? "" : head.substring(at + 20, head.indexOf('\r', at));
            if (said.equals("hello")) {
                begun = true;
                user = "";
            } else if (begun && said.startsWith("I am ")) {
                user = said.substring(5);
            }
            if (user.isEmpty()) {
                service.say("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM" + (begun ? " who?" : "")
                        + "\r\nContent-Length: 0\r\n\r\n");
            } else if (head.contains("Upgrade: websocket")) {
                service.say(WebSocketExample.OPENED + user);
                service.raw().hearAll();
                return;
            } else {
                service.say("HTTP/1.1 200 OK\r\nContent-Length: " + user.length() + "\r\n\r\n" + user);
            }
        }
    }

    private void startNtlm() {
        origin = Origin.following(ConnectionAuthIT::authenticate);
        second = Origin.following(ConnectionAuthIT::authenticate);
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port(), second.port());
    }

    private static String get(String... fields) {
        return "GET / HTTP/1.1\r\nHost: o\r\n" + String.join("", fields) + "\r\n";
    }

    private static String auth(String said) {
        return "Authorization: NTLM " + said + "\r\n";
    }

    /// The user that a service takes the caller for; empty: nobody.
    private static String who(Conversation caller, String request) throws IOException {
        String head = caller.say(request).hearHead();
        if (head.startsWith("HTTP/1.1 401 ")) {
            return "";
        }
        assertTrue(head.startsWith("HTTP/1.1 200 "), head);
        return hearBody(caller, head);
    }

    private static String hearBody(Conversation caller, String head) throws IOException {
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ") + 16;
        return caller.hear(Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
    }

    private static void signIn(Conversation caller, String user) throws IOException {
        assertEquals("", who(caller, get()));
        assertEquals("", who(caller, get(auth("hello"))));
        assertEquals(user, who(caller, get(auth("I am " + user))));
    }

    @Test
    void aStrangerIsNeverServedAsSomebodyElse() throws Exception {
        startNtlm();
        try (Conversation ann = Conversation.with(path.port())) {
            signIn(ann, "ann");
            for (int i = 0; i < 10; i++) {
                try (Conversation stranger = Conversation.with(path.port());
                        Http2Talk inHttp2 = Http2Talk.with(path.port())) {
                    assertEquals("", who(stranger, get()));
                    assertEquals("", who(stranger, get("X-Hikyaku-Connection: ann\r\n")));
                    inHttp2.request(1, true, "GET", "/");
                    assertTrue(inHttp2.fields(inHttp2.hearOf(1)).startsWith(":status: 401\n"));
                }
                assertEquals("ann", who(ann, get()));
            }
        }
    }

    @Test
    void eachCallerStaysWhoHeIs() throws Exception {
        startNtlm();
        List<Conversation> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            callers.add(Conversation.with(path.port()));
            signIn(callers.get(i), "user" + i);
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 6; i++) {
                assertEquals("user" + i, who(callers.get(i), get()));
            }
        }
        for (Conversation caller : callers) {
            caller.close();
        }
    }

    @Test
    void aConnectionOfOneWhoIsGoneIsForNobody() throws Exception {
        startNtlm();
        try (Conversation ann = Conversation.with(path.port())) {
            signIn(ann, "ann");
        }
        path.awaitQuiet();
        for (int i = 0; i < 5; i++) {
            try (Conversation bob = Conversation.with(path.port())) {
                assertEquals("", who(bob, get()));
            }
        }
    }

    /// Answers, or loses each call after it may have had an effect.
    private static final class Exporter {
        final AtomicInteger calls = new AtomicInteger();
        volatile boolean sick;

        Candidate of(Candidate own, EventLoop loop) {
            return new Candidate() {
                @Override
                public String label() {
                    return own.label();
                }

                @Override
                public void whenReady(Waiter waiter) {
                    calls.incrementAndGet();
                    if (sick) {
                        waiter.onReady((metadata, handler) -> {
                            metadata.release();
                            loop.execute(() -> handler.onReset(ResetCode.CHANNEL_LOST, "", true));
                            return new SilentStream(true);
                        });
                    } else {
                        own.whenReady(waiter);
                    }
                }
            };
        }
    }

    private static String statusOf(String head) {
        return head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }

    private static String statusOfPost(Conversation caller) throws IOException {
        String head = caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 0\r\n\r\n")
                .hearHead();
        hearBody(caller, head);
        return statusOf(head);
    }

    @Test
    void whoIsTiedToAnExporterThatFailsGoesToAnother() throws Exception {
        startNtlm();
        Exporter osaka = new Exporter();
        Exporter kyoto = new Exporter();
        path.candidates((shard, own) -> List.of(
                osaka.of(own, path.loops().loop(shard)),
                kyoto.of(own, path.loops().loop(shard))));
        try (Conversation ann = Conversation.with(path.port())) {
            signIn(ann, "ann");
            int before = osaka.calls.get();
            assertEquals("ann", who(ann, get()));
            (osaka.calls.get() > before ? osaka : kyoto).sick = true;
            assertEquals("502", statusOfPost(ann));

            List<String> later = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                later.add(statusOfPost(ann));
            }

            assertEquals("200", later.getLast(), later.toString());
        }
    }

    @Test
    void aWebSocketIsOpenedAsWhoTheCallerIs() throws Exception {
        startNtlm();
        try (Conversation ann = Conversation.with(path.port())) {
            signIn(ann, "ann");

            assertTrue(ann.say(get(WebSocketExample.FIELDS)).hearHead().startsWith("HTTP/1.1 101 "));
            assertEquals("ann", ann.hear(3));
        }
    }

    @Test
    void theNameOfTheConnectionIsNotToldToTheService() throws Exception {
        startNtlm();
        try (Conversation ann = Conversation.with(path.port())) {
            signIn(ann, "ann");
            for (int i = 0; i < 3; i++) {
                String head = (origin.headsHeard() > 0 ? origin : second).takeHead();
                assertFalse(head.contains("X-Hikyaku-Connection"), head);
            }
        }
    }

    @Test
    void whoAuthenticatesInHttp2LeavesNoConnectionBehind() throws Exception {
        origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            for (int i = 0; i < 3; i++) {
                caller.request(2 * i + 1, true, "GET", "/", "authorization", "Negotiate abc");
                caller.fields(caller.hearOf(2 * i + 1));
            }

            assertEquals(3, origin.connections());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "401 Unauthorized\r\nWWW-Authenticate: Negotiate",
                "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\", nTLM",
                "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nwww-authenticate: NEGOTIATE abc==",
                "407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM"
            })
    void whatWasAskedForAuthenticationIsNotKept(String answer) throws Exception {
        origin = Origin.answering("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 3; i++) {
                caller.say(get()).hearHead();
            }
        }

        assertEquals(2, origin.connections(), "the first for nobody, the second for this caller alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Basic Tk9OTE06eA==", "Bearer ntlm", "Digest username=\"NTLM\"", "NTLM2 x", "Negotiate-x y", ""})
    void whatIsProvedWithEachRequestSharesConnections(String authorization) throws Exception {
        origin = Origin.answering("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"ntlm\"\r\n"
                + "WWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 3; i++) {
                caller.say(get("Authorization: " + authorization + "\r\n")).hearHead();
            }
        }

        assertEquals(1, origin.connections());
    }

    @Test
    void aConnectionToATargetThatGoesIsClosedAndTheCallerAskedAnew() throws Exception {
        startNtlm();
        try (Conversation ann = Conversation.with(path.port())) {
            // Given
            signIn(ann, "ann");
            assertEquals("ann", who(ann, get()));
            Origin left = origin.headsHeard() > second.headsHeard() ? origin : second;
            Origin stays = left == origin ? second : origin;

            // When
            path.retarget(
                    new ExportPort("main", 80, Protocol.HTTP, List.of(Target.parse("127.0.0.1:" + stays.port()))));

            // Then
            for (int i = 0; i < left.connections(); i++) {
                assertTrue(left.takeEnding().startsWith("ended within a head"));
            }
            signIn(ann, "bob");
            assertEquals("bob", who(ann, get()));
            assertEquals(1, path.sum("hikyaku.target.connections"));
        }
    }

    private void startHttp2(String status, String... fields) {
        origin = Origin.following(heard -> {
            Http2Talk service = heard.http2();
            while (true) {
                Http2Talk.Frame request = service.hear(Http2Talk.HEADERS);
                String[] all = new String[2 + fields.length];
                all[0] = ":status";
                all[1] = status;
                System.arraycopy(fields, 0, all, 2, fields.length);
                service.headers(request.stream(), true, all);
            }
        });
        Target target = Target.parse("h2c://127.0.0.1:" + origin.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
    }

    /// The status of an answer without a body, which comes in chunks.
    private static String empty(Conversation caller, String request) throws IOException {
        String head = caller.say(request).hearHead();
        assertEquals("0\r\n\r\n", caller.hear(5));
        return statusOf(head);
    }

    @Test
    void aConnectionInHttp2ThatWasAuthenticatedTakesNobodyElse() throws Exception {
        startHttp2("200");
        try (Conversation ann = Conversation.with(path.port())) {
            assertEquals("200", empty(ann, get("Authorization: Negotiate abc\r\n")));
            assertEquals("200", empty(ann, get()));
            assertEquals("200", empty(ann, get()));

            assertEquals(2, origin.connections());
        }
    }

    @Test
    void aConnectionInHttp2ThatWasAskedForItTakesNobodyElse() throws Exception {
        startHttp2("401", "www-authenticate", "Negotiate");
        try (Conversation ann = Conversation.with(path.port())) {
            assertEquals("401", empty(ann, get()));
            assertEquals("401", empty(ann, get()));

            assertEquals(2, origin.connections());
        }
    }
}
