package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.CONTINUATION;
import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.END_STREAM;
import static io.hikyaku.call.Http2Talk.GOAWAY;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.PING;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.Http2Talk.SETTINGS;
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
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Services that answer in HTTP/2 what nobody may answer: the caller gets no byte of it.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetHttp2HostileIT {
    /// The first stream of a bridge: Netty leaves the one before to upgrades.
    private static final int FIRST = 3;

    private static final int PUSH_PROMISE = 5;
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final String GET = "GET / HTTP/1.1\r\nHost: orders\r\n\r\n";

    private @Nullable Origin origin;
    private CallPath path;

    private interface Script {
        void follow(Http2Talk talk) throws Exception;
    }

    private Conversation call(Script script) throws IOException {
        Origin service = Origin.following(heard -> script.follow(heard.http2()));
        origin = service;
        Target target = Target.parse("h2c://127.0.0.1:" + service.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        return Conversation.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private static void assertInvalid(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 502 "), answer);
        assertTrue(answer.contains("Proxy-Status: hikyaku-tokyo; error=http_protocol_error\r\n"), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x: 1",
                ":status: 2000",
                ":status: 20",
                ":status: 2x0",
                ":status: 101",
                ":status: 200|:status: 200",
                ":status: 200|:path: /",
                ":status: 200|:other: 1",
                ":status: 200|X-Upper: 1",
                ":status: 200|x space: 1",
                ":status: 200|x: a\nb",
                ":status: 200|x: a\u0000b",
                ":status: 200|x:  a",
                ":status: 200|connection: close",
                ":status: 200|transfer-encoding: chunked",
                ":status: 200|upgrade: h2c",
                ":status: 200|keep-alive: 1",
                ":status: 200|content-length: 1|content-length: 2",
                ":status: 200|content-length: 1|content-length: 1",
                ":status: 200|content-length: +1",
                ":status: 200|content-length: 01",
            })
    void aHeadThatIsNotOneIsRefused(String fields) throws Exception {
        List<String> namesAndValues = new ArrayList<>();
        for (String field : fields.split("\\|")) {
            int colon = field.indexOf(": ", 1);
            namesAndValues.addAll(Arrays.asList(field.substring(0, colon), field.substring(colon + 2)));
        }
        CountDownLatch told = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, namesAndValues.toArray(String[]::new));
            assertEquals(PROTOCOL_ERROR, service.hear(RST_STREAM).error());
            told.countDown();
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
            told.await();
        }
    }

    @ParameterizedTest
    @CsvSource({"5, abc", "2, abc", "3, ''"})
    void aBodyThatIsNotAsLongAsPromisedIsCutOff(String length, String body) throws Exception {
        CountDownLatch headHeard = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200", "content-length", length);
            headHeard.await();
            service.data(FIRST, true, body);
            service.hearsEnd();
        })) {
            assertTrue(caller.say(GET).hearHead().contains("content-length: " + length + "\r\n"));
            headHeard.countDown();
            caller.hearReset();
        }
    }

    @Test
    void anInvalidBodyThatComesWithItsHeadLeavesNothingOfEither() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "200", "content-length", "2")
                    .data(FIRST, true, "abc");
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
        }
    }

    @Test
    void aPseudoHeaderFieldAfterOthersIsRefused() throws Exception {
        byte[] fieldThenStatus200 = {0, 1, 'x', 1, '1', (byte) 0x88};
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.frame(HEADERS, Http2Talk.END_HEADERS | END_STREAM, FIRST, fieldThenStatus200);
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
        }
    }

    @Test
    void aPromisedBodyThatDoesNotFollowIsRefused() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "200", "content-length", "3");
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
        }
    }

    @Test
    void dataBeforeTheHeadIsRefused() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.data(FIRST, false, "abc");
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
        }
    }

    @Test
    void aFloodOfInterimAnswersIsEnded() throws Exception {
        CountDownLatch firstHeard = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, false, ":status", "103");
            firstHeard.await();
            for (int i = 1; i < 1001; i++) {
                service.headers(FIRST, false, ":status", "103");
            }
            assertEquals(PROTOCOL_ERROR, service.hear(RST_STREAM).error());
            service.hearsEnd();
        })) {
            String head = caller.say(GET).hearHead();
            firstHeard.countDown();
            while (head.startsWith("HTTP/1.1 103 ")) {
                head = caller.hearHead();
            }
            assertInvalid(head);
        }
    }

    @Test
    void aHeadAboveTheLimitIsRefused() throws Exception {
        String[] fields = new String[2 + 2 * 20];
        fields[0] = ":status";
        fields[1] = "200";
        for (int i = 2; i < fields.length; i += 2) {
            fields[i] = "x-" + i;
            fields[i + 1] = "v".repeat(4000);
        }
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            byte[] block = service.block(FIRST, fields);
            int sent = 0;
            while (sent < block.length) {
                int length = Math.min(16_000, block.length - sent);
                boolean last = sent + length == block.length;
                byte[] piece = Arrays.copyOfRange(block, sent, sent + length);
                int type = sent == 0 ? HEADERS : CONTINUATION;
                service.frame(type, (last ? Http2Talk.END_HEADERS : 0) | (sent == 0 ? END_STREAM : 0), FIRST, piece);
                sent += length;
            }
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
        }
    }

    /// Says what it is not to say until it is thrown out.
    private void assertThrownOut(int error, Script nonsense) throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            try {
                nonsense.follow(service);
                assertEquals(error, service.hear(GOAWAY).error());
            } catch (SocketException thrownOut) {
                return; // before it was told why
            }
            service.hearsEnd();
        })) {
            assertInvalid(caller.say(GET).hearHead());
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aFloodOfPingsIsEnded() throws Exception {
        assertThrownOut(ENHANCE_YOUR_CALM, service -> {
            for (int i = 0; i < 1200; i++) {
                service.frame(PING, 0, 0, new byte[8]);
            }
        });
    }

    @Test
    void aFloodOfSettingsIsEnded() throws Exception {
        assertThrownOut(ENHANCE_YOUR_CALM, service -> {
            for (int i = 0; i < 1200; i++) {
                service.frame(SETTINGS, 0, 0);
            }
        });
    }

    @Test
    void aFloodOfContinuationsIsEnded() throws Exception {
        assertThrownOut(ENHANCE_YOUR_CALM, service -> {
            service.frame(HEADERS, 0, FIRST, service.block(FIRST, ":status", "200"));
            for (int i = 0; i < 1200; i++) {
                service.frame(CONTINUATION, 0, FIRST);
            }
        });
    }

    /// SETTINGS and PING that acknowledge what was never sent, and frames of a type that nobody knows.
    @ParameterizedTest
    @CsvSource({"4, 1, 0", "6, 1, 8", "32, 0, 0"})
    void aFloodOfFramesThatAskForNothingIsEnded(int type, int flags, int length) throws Exception {
        assertThrownOut(ENHANCE_YOUR_CALM, service -> {
            for (int i = 0; i < 1200; i++) {
                service.frame(type, flags, 0, new byte[length]);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 99})
    void aHeadForAStreamThatNobodyOpenedEndsTheConnection(int stream) throws Exception {
        assertThrownOut(PROTOCOL_ERROR, service -> service.headers(stream, true, ":status", "200"));
    }

    @Test
    void aServiceThatTakesWebSocketsCannotTakeThatBack() throws Exception {
        assertThrownOut(
                PROTOCOL_ERROR,
                service -> service.frame(SETTINGS, 0, 0, (byte) 0, (byte) 8, (byte) 0, (byte) 0, (byte) 0, (byte) 1)
                        .frame(SETTINGS, 0, 0, (byte) 0, (byte) 8, (byte) 0, (byte) 0, (byte) 0, (byte) 0));
    }

    @Test
    void aHeadAfterTheEndOfAnAnswerEndsTheConnection() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "204").headers(FIRST, true, ":status", "204");
            assertEquals(STREAM_CLOSED, service.hear(GOAWAY).error());
            service.hearsEnd();
        })) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
            assertEquals("done", origin.takeEnding());
        }
    }

    /// The stream is gone, and Netty would not look at them.
    @ParameterizedTest
    @CsvSource({"3, 8", "8, 1"})
    void aFloodForAStreamThatIsGoneIsEnded(int type, int value) throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "204");
            try {
                for (int i = 0; i < 1200; i++) {
                    service.frame(type, 0, FIRST, (byte) 0, (byte) 0, (byte) 0, (byte) value);
                }
                assertEquals(ENHANCE_YOUR_CALM, service.hear(GOAWAY).error());
            } catch (SocketException thrownOut) {
                return; // before it was told why
            }
            service.hearsEnd();
        })) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aWindowAboveTheMaximumEndsTheConnection() throws Exception {
        assertThrownOut(FLOW_CONTROL_ERROR, service -> service.window(0, Integer.MAX_VALUE));
    }

    @Test
    void aPushEndsTheConnection() throws Exception {
        assertThrownOut(
                PROTOCOL_ERROR,
                service -> service.frame(
                        PUSH_PROMISE, Http2Talk.END_HEADERS, FIRST, new byte[] {0, 0, 0, 2, (byte) 0x82}));
    }

    @Test
    void dataAfterTheEndEndsTheStreamAlone() throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.headers(FIRST, true, ":status", "204").data(FIRST, true, "late");
            service.hear(HEADERS);
            service.headers(FIRST + 2, true, ":status", "204");
            service.hearsEnd();
        })) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 204 "));
        }
    }

    @ParameterizedTest
    @CsvSource({"8, http_response_incomplete", "11, connection_limit_reached", "2, http_protocol_error"})
    void aStreamThatTheServiceGivesUpIsToldAsWhatItIs(int code, String error) throws Exception {
        try (Conversation caller = call(service -> {
            service.hear(HEADERS);
            service.reset(FIRST, code);
            service.hear(DATA);
        })) {
            String answer = caller.say(GET).hearHead();
            assertTrue(answer.contains("error=" + error + "\r\n"), answer);
        }
    }
}
