package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.net.WebSocketExample;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A WebSocket is asked for, and the service answers as if it had been any other request.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class NoWebSocketIT {
    private static final String OPENING = WebSocketExample.opening("/chat", "o");
    private static final String BODY = "not here ".repeat(20_000);
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int FIRST = 3;

    private Origin origin;
    private CallPath path;

    enum Framing {
        LENGTH("Content-Length: " + BODY.length() + "\r\n\r\n" + BODY),
        CHUNKED("Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(BODY.length()) + "\r\n" + BODY
                + "\r\n0\r\n\r\n"),
        CLOSE("\r\n" + BODY);

        private final String rest;

        Framing(String rest) {
            this.rest = rest;
        }
    }

    static Stream<Arguments> answers() {
        return Stream.of(200, 206, 302, 401, 403, 404, 426, 503)
                .flatMap(status -> Stream.of(Framing.values()).map(framing -> Arguments.of(status, framing)));
    }

    @AfterEach
    void everythingIsReturned() throws Exception {
        path.closeAfter(origin);
    }

    private int startHttp11(int status, Framing framing) {
        origin = Origin.following(service -> {
            service.head();
            service.say("HTTP/1.1 " + status + " Said\r\nX-Sum: 1\r\n" + framing.rest);
            if (framing == Framing.CLOSE) {
                service.raw().sayEnd();
            }
            assertEquals("", service.raw().hearUntilGone());
        });
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        return path.port();
    }

    private int startHttp2(int status) {
        origin = Origin.following(service -> {
            Http2Talk talk = service.http2(ENABLE_CONNECT_PROTOCOL, 1);
            talk.hear(Http2Talk.HEADERS);
            talk.headers(FIRST, false, ":status", Integer.toString(status), "x-sum", "1");
            talk.data(FIRST, true, "not here");
            while (true) {
                Frame frame = talk.hearOf(FIRST);
                assertFalse(frame.type() == Http2Talk.DATA && frame.payload().length > 0, "a tunnel");
            }
        });
        Target target = Target.parse("h2c://127.0.0.1:" + origin.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        return path.port();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void aCallerInHttp11GetsTheAnswerWholeAndTheEnd(int status, Framing framing) throws Exception {
        try (Conversation caller = Conversation.with(startHttp11(status, framing))) {
            caller.say(OPENING + "bytes that a WebSocket would carry");

            String head = caller.hearHead();
            String rest = caller.hearAll();

            assertTrue(head.startsWith("HTTP/1.1 " + status + " Said\r\nX-Sum: 1\r\n"), head);
            assertTrue(head.contains("Connection: close\r\n"), head);
            assertEquals(BODY, framing == Framing.LENGTH ? rest : unchunked(rest));
            assertEquals("done", origin.takeEnding());
            assertEquals(1, origin.connections());
        }
    }

    private static String unchunked(String rest) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = rest.indexOf("\r\n", at);
            int length = Integer.parseInt(rest.substring(at, line), 16);
            if (length == 0) {
                assertEquals("0\r\n\r\n", rest.substring(at));
                return body.toString();
            }
            body.append(rest, line + 2, line + 2 + length);
            at = line + 2 + length + 2;
        }
    }

    private static Http2Talk connect(int port) throws Exception {
        return Http2Talk.with(port).webSocket(1, "/chat", "o", "sec-websocket-version", "13");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void aCallerInHttp2GetsTheAnswerWholeUnlessItWouldTakeItForAnOpenOne(int status, Framing framing) throws Exception {
        try (Http2Talk caller = connect(startHttp11(status, framing))) {
            String head = caller.fields(caller.hearOf(1));
            String body = caller.hearBody(1);

            if (status < 300) {
                assertTrue(head.startsWith(":status: 502\n"), head);
                assertTrue(head.contains("error=http_protocol_error"), head);
            } else {
                assertTrue(head.startsWith(":status: " + status + "\nx-sum: 1\n"), head);
                assertEquals(BODY, body);
            }
            assertEquals(0, caller.hear(Http2Talk.RST_STREAM).error());
            caller.data(1, true, "too late");
            origin.takeEnding();
            path.await("the call's end", () -> path.sum("hikyaku.calls.in.flight") == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 426, 503})
    void theAnswerOfAServiceInHttp2ReachesBothKindsOfCallers(int status) throws Exception {
        int port = startHttp2(status);
        try (Conversation caller = Conversation.with(port)) {
            caller.say(OPENING + "bytes that a WebSocket would carry");

            String head = caller.hearHead();
            assertTrue(head.startsWith("HTTP/1.1 " + status + " \r\nx-sum: 1\r\n"), head);
            assertEquals("not here", unchunked(caller.hearAll()));
        }
        path.closeAfter(origin);
        try (Http2Talk caller = connect(startHttp2(status))) {
            assertEquals(":status: " + status + "\nx-sum: 1\n", caller.fields(caller.hearOf(1)));
            assertEquals("not here", caller.hearBody(1));
            assertEquals(0, caller.hear(Http2Talk.RST_STREAM).error());
        }
    }

    @Test
    void whatAnAnswerOf426AsksForReachesTheCaller() throws Exception {
        origin = Origin.answering(
                "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n");
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 2; i++) {
                caller.say("GET /chat HTTP/1.1\r\nHost: o\r\n\r\n");

                assertEquals(
                        "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n"
                                + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                        caller.hearHead());
            }
            assertEquals(1, origin.connections());
        }
    }
}
