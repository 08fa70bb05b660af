package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.Http2Talk.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.net.WebSocketExample;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// WebSockets to a service that speaks HTTP/2 (RFC 8441), frame by frame.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetWebSocketIT {
    /// The first stream of a bridge.
    private static final int FIRST = 3;

    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int LARGE = 300_000;

    private static final String OPENING =
            WebSocketExample.opening("/chat?room=1", "orders", "Sec-WebSocket-Protocol: chat\r\n");
    /// As the caller hears it.
    private static final String OPENED = "HTTP/1.1 101 \r\nsec-websocket-protocol: chat\r\nSec-WebSocket-Accept: "
            + WebSocketExample.ACCEPT + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

    private Origin origin;
    private CallPath path;

    private interface Script {
        void follow(Http2Talk talk) throws Exception;
    }

    private int start(CallLimits limits, int[] settings, Script script) {
        origin = Origin.following(heard -> script.follow(heard.http2(settings)));
        Target target = Target.parse("h2c://127.0.0.1:" + origin.port());
        path = CallPath.start(limits, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        return path.port();
    }

    private int start(Script script) {
        return start(CallLimits.DEFAULTS, new int[] {ENABLE_CONNECT_PROTOCOL, 1}, script);
    }

    /// A caller in HTTP/1.1 whose WebSocket is open.
    private Conversation open(Script script) throws IOException {
        Conversation caller = Conversation.with(start(service -> {
            accept(service);
            script.follow(service);
        }));
        assertEquals(OPENED, caller.say(OPENING).hearHead());
        return caller;
    }

    /// A caller in HTTP/2 whose WebSocket is open on its stream 1.
    private Http2Talk openInHttp2(Script script) throws IOException {
        Http2Talk caller = Http2Talk.with(start(service -> {
            accept(service);
            script.follow(service);
        }));
        assertEquals(
                ":status: 200\nsec-websocket-protocol: chat\n",
                caller.fields(connect(caller, 1).hearOf(1)));
        return caller;
    }

    private static Http2Talk connect(Http2Talk caller, int stream) throws IOException {
        return caller.webSocket(
                stream, "/chat?room=1", "orders", "sec-websocket-protocol", "chat", "sec-websocket-version", "13");
    }

    private static void accept(Http2Talk service) throws IOException {
        Frame request = service.hear(HEADERS);
        String fields = service.fields(request);
        assertFalse(request.ends());
        assertTrue(
                fields.startsWith(":method: CONNECT\n:path: /chat?room=1\n:scheme: http\n:authority: orders\n"
                        + ":protocol: websocket\nsec-websocket-protocol: chat\nsec-websocket-version: 13\n"),
                fields);
        assertFalse(fields.contains("-key:") || fields.contains("upgrade:") || fields.contains("-length:"), fields);
        service.headers(FIRST, false, ":status", "200", "sec-websocket-protocol", "chat");
    }

    /// Bytes of a service, with its window kept open.
    private static String hearBytes(Http2Talk service, int bytes) throws IOException {
        StringBuilder heard = new StringBuilder();
        while (heard.length() < bytes) {
            Frame frame = service.hearOf(FIRST);
            assertEquals(DATA, frame.type());
            heard.append(frame.text());
            service.window(0, 1 + frame.payload().length).window(FIRST, 1 + frame.payload().length);
        }
        return heard.toString();
    }

    private static void assertEnds(Frame frame) {
        assertTrue(frame.type() == DATA && frame.ends() && frame.payload().length == 0, frame.toString());
    }

    private static void assertReset(int error, Frame frame) {
        assertEquals(RST_STREAM, frame.type());
        assertEquals(error, frame.error());
    }

    private static String bytes(int seed) {
        byte[] bytes = new byte[LARGE];
        new Random(seed).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// The service has followed its script, and its connection was left to other calls.
    private void awaitService() throws Exception {
        assertEquals("done", origin.takeEnding());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void theCallersEndReachesTheServiceWhichMayStillSpeak() throws Exception {
        try (Conversation caller = open(service -> {
            service.data(FIRST, false, "first");
            assertEquals("\u0081\u0000\u00ff any bytes", service.hearBody(FIRST));
            service.data(FIRST, false, "after").data(FIRST, true, " that");
        })) {
            assertEquals("first", caller.hear(5));
            caller.say("\u0081\u0000\u00ff any bytes").sayEnd();
            assertEquals("after that", caller.hearAll());
            awaitService();
        }
    }

    @Test
    void theServicesEndReachesTheCallerWhichMayStillSpeak() throws Exception {
        try (Conversation caller = open(service -> {
            service.data(FIRST, true, "last word");
            assertEquals("late", service.hearBody(FIRST));
        })) {
            assertEquals("last word", caller.hearAll());
            caller.say("late").sayEnd();
            awaitService();
        }
    }

    @Test
    void manyBytesGoBothWaysAsTheyAre() throws Exception {
        try (Conversation caller = open(service -> {
            boolean same = hearBytes(service, LARGE).equals(bytes(1));
            String answer = bytes(2);
            int window = 64 * 1024;
            for (int at = 0; at < LARGE; at += 10_000) {
                while (window < 10_000) {
                    Http2Talk.Frame more = service.hear(Http2Talk.WINDOW_UPDATE);
                    window += more.stream() == FIRST
                            ? ByteBuffer.wrap(more.payload()).getInt()
                            : 0;
                }
                service.data(FIRST, false, answer.substring(at, at + 10_000));
                window -= 10_000;
            }
            service.data(FIRST, true, same ? "same" : "different");
            assertEnds(service.hearOf(FIRST));
        })) {
            caller.say(bytes(1));
            assertTrue(caller.hear(LARGE).equals(bytes(2)));
            assertEquals("same", caller.hearAll());
            caller.sayEnd();
            awaitService();
        }
    }

    @Test
    void callersInHttp2HaveBytesAndEndsPassedOn() throws Exception {
        try (Http2Talk caller = openInHttp2(service -> {
            assertEquals("ping", hearBytes(service, 4));
            service.data(FIRST, false, "pong");
            assertEnds(service.hearOf(FIRST));
            service.data(FIRST, true, "bye");
        })) {
            caller.data(1, false, "ping");
            assertEquals("pong", caller.hearOf(1).text());
            caller.data(1, true, "");
            assertEquals("bye", caller.hearBody(1));
            awaitService();
        }
    }

    @Test
    void callersInHttp2MayStillSpeakAfterTheServicesEnd() throws Exception {
        try (Http2Talk caller = openInHttp2(service -> {
            service.data(FIRST, true, "last word");
            assertEquals("late", service.hearBody(FIRST));
        })) {
            assertEquals("last word", caller.hearBody(1));
            caller.data(1, false, "late").data(1, true, "");
            awaitService();
        }
    }

    @Test
    void anEndThatComesWithTheAnswerIsTheServicesOnly() throws Exception {
        Script script = service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "204");
            assertEquals("said", service.hearBody(FIRST));
        };
        try (Conversation caller = Conversation.with(start(script))) {
            assertTrue(caller.say(OPENING).hearHead().startsWith("HTTP/1.1 101 "));
            assertEquals("", caller.hearAll());
            caller.say("said").sayEnd();
            awaitService();
        }
    }

    @Test
    void aCallersResetReachesTheService() throws Exception {
        try (Conversation caller = open(service -> assertReset(CANCEL, service.hearOf(FIRST)))) {
            caller.reset();
            awaitService();
        }
    }

    @Test
    void aResetByACallerInHttp2LeavesTheConnectionToOtherCalls() throws Exception {
        try (Http2Talk caller = openInHttp2(service -> {
            assertReset(CANCEL, service.hearOf(FIRST));
            service.headers(service.hear(HEADERS).stream(), true, ":status", "204");
            service.hearsEnd();
        })) {
            caller.reset(1, CANCEL);
            caller.request(3, true, "GET", "/");
            assertEquals(":status: 204\n", caller.fields(caller.hearOf(3)));
            assertEquals(1, origin.connections());
        }
    }

    @ParameterizedTest
    @CsvSource({"0,2", "2,2", "7,2", "8,8"})
    void theServicesResetReachesCallersAsOne(int error, int toTheCaller) throws Exception {
        Script script = service -> {
            service.data(FIRST, false, "before");
            assertEquals("go", hearBytes(service, 2));
            service.reset(FIRST, error);
            service.hearsEnd();
        };
        try (Conversation caller = open(script)) {
            assertEquals("before", caller.hear(6));
            caller.say("go");
            assertEquals("", caller.hearReset());
        }
        everythingIsReturned();
        try (Http2Talk caller = openInHttp2(script)) {
            assertEquals("before", caller.hearOf(1).text());
            caller.data(1, false, "go");
            assertReset(toTheCaller, caller.hearOf(1));
        }
    }

    @Test
    void aServiceThatIsGoneHasResetItsWebSockets() throws Exception {
        try (Conversation caller = open(service -> service.data(FIRST, false, "half"))) {
            assertEquals("half", caller.hearReset());
        }
    }

    @Test
    void aHeadOnAnOpenWebSocketIsAnError() throws Exception {
        try (Conversation caller = open(service -> {
            assertEquals("go", hearBytes(service, 2));
            service.headers(FIRST, true, "x-trailer", "1");
            assertReset(PROTOCOL_ERROR, service.hearOf(FIRST));
        })) {
            caller.say("go");
            assertEquals("", caller.hearReset());
            awaitService();
        }
    }

    @Test
    void anOpenWebSocketHasNoLength() throws Exception {
        try (Conversation caller = Conversation.with(start(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200", "content-length", "5");
            assertReset(PROTOCOL_ERROR, service.hearOf(FIRST));
        }))) {
            assertTrue(caller.say(OPENING).hearHead().startsWith("HTTP/1.1 502 "));
            awaitService();
        }
    }

    @Test
    void aWebSocketOnWhichNothingMovesIsResetOnBothSides() throws Exception {
        CallLimits quick =
                new TestLimits().tcpIdleTimeout(Duration.ofSeconds(1)).limits();
        try (Conversation caller = Conversation.with(start(quick, new int[] {ENABLE_CONNECT_PROTOCOL, 1}, service -> {
            accept(service);
            assertReset(CANCEL, service.hearOf(FIRST));
        }))) {
            assertEquals(OPENED, caller.say(OPENING).hearHead());
            assertEquals("", caller.hearReset());
            awaitService();
        }
    }

    @Test
    void whatIsNoSuccessIsAnOrdinaryAnswer() throws Exception {
        try (Conversation caller = Conversation.with(start(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "403", "content-length", "2")
                    .data(FIRST, true, "no");
            assertEnds(service.hearOf(FIRST));
        }))) {
            String head = caller.say(OPENING + "GET /smuggled HTTP/1.1\r\n\r\n").hearHead();
            assertEquals("HTTP/1.1 403 \r\ncontent-length: 2\r\nConnection: close\r\n\r\n", head);
            assertEquals("no", caller.hearAll());
            awaitService();
        }
    }

    @Test
    void aRefusalEndsTheRequestOfACallerInHttp2() throws Exception {
        try (Http2Talk caller = Http2Talk.with(start(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "403").data(FIRST, true, "no");
            assertEnds(service.hearOf(FIRST));
        }))) {
            assertEquals(":status: 403\n", caller.fields(connect(caller, 1).hearOf(1)));
            assertEquals("no", caller.hearBody(1));
            assertReset(NO_ERROR, caller.hearOf(1));
            awaitService();
        }
    }

    /// Frames until the connection ends, all of which must be of the connection itself.
    private static void hearsNoStream(Http2Talk service) throws IOException {
        try {
            while (true) {
                Frame frame = service.hear();
                assertEquals(0, frame.stream());
                assertNotEquals(HEADERS, frame.type());
            }
        } catch (java.io.EOFException | java.net.SocketException ended) {
            return;
        }
    }

    @ParameterizedTest
    @CsvSource({"3", "8"})
    void aServiceThatTakesNoneIsNotAsked(int setting) throws Exception {
        int[] settings = {setting, setting == ENABLE_CONNECT_PROTOCOL ? 0 : 100};
        int port = start(CallLimits.DEFAULTS, settings, TargetWebSocketIT::hearsNoStream);
        try (Conversation caller = Conversation.with(port);
                Http2Talk other = Http2Talk.with(port)) {
            String head = caller.say(OPENING).hearHead();
            assertTrue(head.startsWith("HTTP/1.1 502 "), head);
            assertTrue(head.contains("Proxy-Status: hikyaku-tokyo; error=http_protocol_error\r\n"), head);
            assertTrue(other.fields(connect(other, 1).hearOf(1)).startsWith(":status: 502\n"));
        }
        path.awaitQuiet();
        origin.close();
        for (int connection = 0; connection < origin.connections(); connection++) {
            awaitService();
        }
    }

    @Test
    void aServiceMaySayLaterThatItTakesThem() throws Exception {
        try (Http2Talk caller = Http2Talk.with(start(CallLimits.DEFAULTS, new int[] {}, service -> {
            Frame plain = service.hear(HEADERS);
            service.frame(
                    SETTINGS, 0, 0, (byte) 0, (byte) ENABLE_CONNECT_PROTOCOL, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
            service.headers(plain.stream(), true, ":status", "204");
            service.headers(service.hear(HEADERS).stream(), true, ":status", "200");
            service.hearsEnd();
        }))) {
            assertTrue(caller.fields(connect(caller, 1).hearOf(1)).startsWith(":status: 502\n"));
            caller.hearBody(1);
            assertEquals(
                    ":status: 204\n",
                    caller.fields(caller.request(3, true, "GET", "/").hearOf(3)));

            Frame opened = connect(caller, 5).hearOf(5);
            assertEquals(":status: 200\n", caller.fields(opened));
            assertTrue(opened.ends());
            caller.data(5, true, "");
        }
    }
}
