package io.hikyaku.call.http;

import static io.hikyaku.net.WebSocketExample.ACCEPT;
import static io.hikyaku.net.WebSocketExample.KEY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets: what is verified before the bytes are left to themselves, and how they end.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class WebSocketIT {
    private static final String OPENING = "GET /chat?room=1 HTTP/1.1\r\nHost: orders:80\r\nUpgrade: WebSocket\r\n"
            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + KEY + "\r\nOrigin: https://shop.example\r\n"
            + "Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
            + "Sec-WebSocket-Version: 13\r\nCookie: a=1\r\nX-Request-Id: 7\r\n\r\n";

    private static final String OPENED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

    private Origin origin;
    private CallPath path;

    private void start(Origin service) {
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
    }

    private Conversation call(Origin.Script script) throws IOException {
        return call(Origin.following(script));
    }

    private Conversation call(Origin service) throws IOException {
        start(service);
        return Conversation.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void theHandshakeIsPassedOnAndThenBytesAre() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED + "first");
            assertEquals("\u0081\u0000\u00ff any bytes", heard.raw().hear(13));
            heard.say("answer");
            assertEquals("last", heard.raw().hearAll());
        })) {
            caller.say(OPENING);

            assertEquals(
                    "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + ACCEPT
                            + "\r\nSec-WebSocket-Protocol: chat\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                    caller.hearHead());
            assertEquals("first", caller.hear(5));
            caller.say("\u0081\u0000\u00ff any bytes");
            assertEquals("answer", caller.hear(6));
            caller.say("last");
            caller.sayEnd();
            assertEquals("", caller.hearAll());

            assertEquals("done", origin.takeEnding());
            assertEquals(
                    "GET /chat?room=1 HTTP/1.1\r\nHost: orders:80\r\nSec-WebSocket-Key: " + KEY
                            + "\r\nOrigin: https://shop.example\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
                            + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Version: 13\r\nCookie: a=1\r\nX-Request-Id: 7\r\n"
                            + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Forwarded: for=_x;by=_tokyo;proto=http;host=\"orders:80\"\r\n"
                            + "Via: 1.1 tokyo\r\nVia: 1.1 tokyo\r\nX-Hikyaku-Source-Cluster: tokyo\r\n\r\n",
                    origin.takeHead().replaceFirst("for=_[0-9a-f]{16};", "for=_x;"));
        }
    }

    @Test
    void aFieldThatConnectionNamesBesidesUpgradeStaysBehindAlone() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED);
            heard.raw().hearAll();
        })) {
            caller.say(OPENING.replace("keep-alive, Upgrade\r\n", "Upgrade, X-Mine\r\nX-Mine: 1\r\n"));

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 101 "));
            String head = origin.takeHead();
            assertTrue(head.contains("Upgrade: websocket\r\n") && !head.contains("X-Mine"), head);
        }
    }

    @Test
    void theServicesEndReachesTheCallerAfterEveryByte() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED + "x".repeat(300_000));
            heard.raw().sayEnd();
            heard.raw().hearGone();
        })) {
            caller.say(OPENING);
            caller.hearHead();

            assertEquals(300_000, caller.hearAll().length());
        }
    }

    @Test
    void bytesBeforeTheAnswerWaitForItToBeVerified() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED);
            assertEquals("early", heard.raw().hear(5));
            heard.raw().close();
        })) {
            caller.say(OPENING + "early");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 101 "));
            caller.hearGone();
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void bytesRightBehindTheHandshakeKeepTheirOrder() throws Exception {
        String counted = IntStream.range(0, 40_000).mapToObj("%07d "::formatted).collect(Collectors.joining());
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED + counted);
            assertEquals(counted, heard.raw().hear(counted.length()));
            heard.raw().close();
        })) {
            caller.say(OPENING + counted);

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 101 "));
            assertEquals(counted, caller.hear(counted.length()));
            assertEquals("done", origin.takeEnding());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT
                        + "\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + ACCEPT
                        + "\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + ACCEPT + "\r\n\r\n"
            })
    void aServiceThatOnlyClaimsToSwitchGetsNothingMore(String answer) throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(answer);
            heard.raw().hearGone();
        })) {
            caller.say(OPENING + "GET /smuggled HTTP/1.1\r\n\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 502 "));
            caller.hearGone();
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aSwitchThatNobodyAskedForIsNoAnswer() throws Exception {
        try (Conversation caller = call(Origin.answering(OPENED))) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\nSec-WebSocket-Key: " + KEY + "\r\n\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 502 "));
        }
    }

    @Test
    void anyOtherAnswerIsAnOrdinaryOneAndEndsTheConnection() throws Exception {
        String refusal = "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 2\r\n\r\nno";
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(refusal);
            heard.raw().hearGone();
        })) {
            caller.say(OPENING + "GET /smuggled HTTP/1.1\r\nHost: o\r\n\r\n");

            assertEquals(
                    "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 2\r\n"
                            + "Connection: close\r\n\r\n",
                    caller.hearHead());
            assertEquals("no", caller.hearAll());
            assertEquals("done", origin.takeEnding());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-WebSocket-Key: short\r\n",
                "X: no key\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\n"
            })
    void anOpeningWithoutAKeyIsRefusedHere(String field) throws Exception {
        try (Conversation caller = call(Origin.answering(OPENED))) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\nUpgrade: websocket\r\nConnection: upgrade\r\n" + field + "\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 400 "));
            assertEquals(0, origin.connections());
        }
    }

    @Test
    void aCallersResetReachesTheServiceAsOne() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED);
            heard.raw().hearReset();
        })) {
            caller.say(OPENING);
            caller.hearHead();

            caller.reset();

            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void theServicesResetReachesTheCallerAsOne() throws Exception {
        try (Conversation caller = call(heard -> {
            heard.head();
            heard.say(OPENED + "before");
            heard.raw().hear(2);
            heard.raw().reset();
        })) {
            caller.say(OPENING);
            caller.hearHead();
            assertEquals("before", caller.hear(6));
            caller.say("go");

            assertEquals("", caller.hearReset());
        }
    }

    /// The answer of a service to a caller that has chosen its own key.
    private static String openedFor(String head) {
        String key = head.substring(head.indexOf("Sec-WebSocket-Key: ") + 19, head.indexOf("==\r\n") + 2);
        return OPENED.replace(ACCEPT, WebSocket.accept(key));
    }

    @Test
    void aCallerInHttp2OpensOneWithAConnect() throws Exception {
        start(Origin.following(heard -> {
            heard.say(openedFor(heard.head()));
            assertEquals("ping", heard.raw().hear(4));
            heard.say("pong");
            assertEquals("", heard.raw().hearAll());
        }));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.webSocket(1, "/chat", "orders:80", "sec-websocket-version", "13", "sec-websocket-protocol", "chat");

            assertEquals(":status: 200\nsec-websocket-protocol: chat\n", caller.fields(caller.hearOf(1)));
            caller.data(1, false, "ping");
            assertEquals("pong", caller.hearOf(1).text());
            caller.data(1, true, "");
            assertTrue(caller.hearOf(1).ends());
        }
        String head = origin.takeHead();
        assertTrue(
                head.startsWith("GET /chat HTTP/1.1\r\nHost: orders:80\r\nsec-websocket-version: 13\r\n"
                        + "sec-websocket-protocol: chat\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"),
                head);
        assertTrue(!head.contains("ransfer-"), head);
    }

    @Test
    void whatACallerInHttp2SaysEarlyWaitsForTheAnswerToBeVerified() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        start(Origin.following(heard -> {
            String head = heard.head();
            sent.await();
            heard.say(openedFor(head));
            assertEquals("early", heard.raw().hear(5));
            heard.say("pong");
            assertEquals("", heard.raw().hearAll());
        }));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.webSocket(1, "/chat", "orders:80").data(1, false, "early");
            origin.takeHead();
            caller.data(1, true, "");
            sent.countDown();

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
            assertEquals("pong", caller.hearBody(1));
        }
        assertEquals("done", origin.takeEnding());
    }

    @Test
    void whatACallerInHttp2SaysEarlyIsForNobodyIfItIsNotOpened() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        start(Origin.following(heard -> {
            heard.head();
            sent.await();
            heard.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            assertEquals("", heard.raw().hearAll());
        }));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.webSocket(1, "/chat", "orders:80");
            caller.data(1, false, "GET /smuggled HTTP/1.1\r\nHost: o\r\n\r\n");
            origin.takeHead();
            sent.countDown();

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 403\n"));
            assertEquals("no", caller.hearBody(1));
        }
        assertEquals("done", origin.takeEnding());
        assertEquals(0, origin.headsHeard());
    }

    @Test
    void anotherProtocolOverHttp2IsNotImplemented() throws Exception {
        start(Origin.answering(OPENED));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.connect(1, "connect-udp", "/", "orders:80");

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 501\n"));
        }
        assertEquals(0, origin.connections());
    }
}
