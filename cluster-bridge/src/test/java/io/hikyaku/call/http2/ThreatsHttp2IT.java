package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.CONTINUATION;
import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.END_HEADERS;
import static io.hikyaku.call.Http2Talk.END_STREAM;
import static io.hikyaku.call.Http2Talk.GOAWAY;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.PING;
import static io.hikyaku.call.Http2Talk.PRIORITY;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.Http2Talk.SETTINGS;
import static io.hikyaku.call.Http2Talk.WINDOW_UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.NoLeaks;
import io.hikyaku.call.Origin;
import io.hikyaku.call.Recorder;
import io.hikyaku.call.TestLimits;
import io.hikyaku.call.Threats;
import io.hikyaku.config.CallLimits;
import io.hikyaku.config.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Callers that break HTTP/2, or wear out whoever serves them. The nested classes are rows of the catalogue of threats.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp2IT {
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int COMPRESSION_ERROR = 9;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static Threats threats;

    /// What a caller does.
    private interface Attack {
        void on(Http2Talk caller) throws IOException;
    }

    @BeforeAll
    static void start() {
        threats = new Threats(Recorder.silent());
    }

    @AfterAll
    static void stop() throws IOException {
        threats.close();
    }

    /// Nothing of earlier calls reaches the service any more.
    private static void quiet() {
        threats.path().awaitQuiet();
        threats.origin().forget();
    }

    /// The stream ends in a reset with this error, nothing reaches the service, and the next stream is served.
    private static void resets(int error, Attack attack) throws IOException {
        double before = threats.path().sum("hikyaku.requests.rejected");
        quiet();
        try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
            attack.on(caller);
            assertEquals(error, caller.hear(RST_STREAM).error());
            assertEquals("", threats.origin().heard());
            caller.request(101, true, "GET", "/next");
            threats.path()
                    .await("the next request", () -> threats.origin().heard().startsWith("GET /next HTTP/1.1\r\n"));
        }
        assertEquals(before + 1, threats.path().sum("hikyaku.requests.rejected"), threats.path()::rejections);
    }

    /// The connection ends with this error.
    private static void goesAway(int error, Attack attack) throws IOException {
        double before = threats.path().sum("hikyaku.requests.rejected");
        quiet();
        try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
            try {
                attack.on(caller);
            } catch (IOException ended) {
                assertTrue(caller.hearsEnd());
            }
            Frame goodbye = caller.hearGoAway();
            if (goodbye != null) {
                assertEquals(error, goodbye.error());
            }
            assertTrue(caller.hearsEnd());
        }
        threats.path().await("counted", () -> threats.path().sum("hikyaku.requests.rejected") > before);
    }

    private static String[] head(String... more) {
        List<String> fields =
                new ArrayList<>(List.of(":method", "GET", ":scheme", "http", ":authority", "o", ":path", "/"));
        fields.addAll(List.of(more));
        return fields.toArray(String[]::new);
    }

    @Nested
    class B1 {
        @ParameterizedTest
        @ValueSource(
                strings = {"X-Upper", "a:b", "a\rb", "a\nb", "a\u0000b", "a b", " a", "a\u007f", "a\u00e4", "a\u0009"})
        void aNameOutOfFormResetsTheStream(String name) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, "x")));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a\rb",
                    "a\nb",
                    "a\u0000b",
                    " a",
                    "a ",
                    "\ta",
                    "a\t",
                    "a\r\nTransfer-Encoding: chunked",
                    "a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: o"
                })
        void aValueOutOfFormResetsTheStream(String value) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head("x", value)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"transfer_encoding", "content_length"})
        void aFramingFieldInDisguiseResetsTheStream(String name) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, "5")));
        }
    }

    @Nested
    class B2 {
        @ParameterizedTest
        @ValueSource(strings = {"+5", "-1", "05", "5, 5", "5,6", "0x5", "", "9223372036854775808"})
        void aLengthThatIsNoneResetsTheStream(String length) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, false, head("content-length", length)));
        }

        @Test
        void twoLengthsResetTheStream() throws IOException {
            resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("content-length", "5", "content-length", "5")));
            resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("content-length", "5", "content-length", "6")));
        }

        @Test
        void aLengthWithoutABodyResetsTheStream() throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head("content-length", "5")));
        }

        @ParameterizedTest
        @CsvSource({"3, abcd, false", "3, abcd, true", "5, abcd, true"})
        void aBodyOfAnotherLengthIsCutOff(String length, String body, boolean end) throws IOException {
            int resets = threats.origin().resets();
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.headers(1, false, head("content-length", length));
                threats.path().await("its head", () -> threats.origin().heard().endsWith("\r\n\r\n"));
                caller.data(1, end, body);
                assertEquals(PROTOCOL_ERROR, caller.hear(RST_STREAM).error());
                threats.path()
                        .await("reset at the service", () -> threats.origin().resets() == resets + 1);
            }
        }
    }

    @Nested
    class B3 {
        @ParameterizedTest
        @CsvSource({
            "transfer-encoding, chunked",
            "connection, close",
            "connection, x",
            "upgrade, h2c",
            "keep-alive, 1",
            "proxy-connection, keep-alive",
            "te, gzip",
            "te, 'trailers, gzip'"
        })
        void aFieldOfHttp1ResetsTheStream(String name, String value) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, value)));
        }
    }

    @Nested
    class B4 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    ":scheme http :authority o :path /",
                    ":method GET :authority o :path /",
                    ":method GET :scheme http :authority o",
                    ":method GET :method GET :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path / :path /",
                    ":method GET :scheme http :authority o :authority o :path /",
                    ":method GET :scheme http :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path / :unknown x",
                    ":method GET :scheme http :authority o :path / :status 200",
                    ":method G,T :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path x",
                    ":method GET :scheme http :authority o :path http://o/",
                    ":method GET :scheme http :authority o :path /#x",
                    ":method GET :scheme http :authority o :path /\\x",
                    ":method GET :scheme http :authority o :path *",
                    ":method GET :scheme gopher :authority o :path /",
                    ":method GET :scheme http :authority user@o :path /",
                    ":method GET :scheme http :authority o,evil :path /",
                    ":method GET :scheme http :authority o :path / host evil",
                    ":method GET :scheme http :path /",
                    ":method GET :scheme http :authority o :path / :protocol websocket",
                })
        void aHeadWithOtherPseudoHeadersResetsTheStream(String fields) throws IOException {
            resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, fields.split(" ")));
        }

        @Test
        void aPseudoHeaderAfterAFieldResetsTheStream() throws IOException {
            resets(PROTOCOL_ERROR, caller -> {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(caller.block(1, ":method", "GET", ":scheme", "http", ":authority", "o"));
                block.writeBytes(literal("x", "y"));
                block.writeBytes(literal(":path", "/"));
                caller.frame(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray());
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "/a b", " /", "/\u0000", "/a\r\nX: y"})
        void aPathOutOfFormResetsTheStream(String path) throws IOException {
            resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(
                            1, true, ":method", "GET", ":scheme", "http", ":authority", "o", ":path", path));
        }

        @Test
        void aPseudoHeaderInTrailersCutsTheCallOff() throws IOException {
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.headers(1, false, head()).headers(1, true, ":path", "/");
                assertEquals(PROTOCOL_ERROR, caller.hear(RST_STREAM).error());
            }
            assertFalse(threats.origin().heard().endsWith("0\r\n\r\n"));
        }
    }

    @Nested
    class B5 {
        @Test
        void streamsThatAreOpenedToBeResetEndTheConnection() throws IOException {
            int connections = threats.origin().connections();
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, true, "GET", "/").reset(stream, 8);
                }
            });
            threats.path().await("no call left", () -> threats.path().sum("hikyaku.calls.in.flight") == 0);
            assertTrue(threats.origin().connections() - connections <= 256, "bounded at the service too");
        }
    }

    @Nested
    class B6 {
        @Test
        void streamsThatWeAreMadeToResetEndTheConnection() throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, false, "GET", "/").window(stream, 0);
                }
            });
        }

        @Test
        void overflowingWindowsThatWeAreMadeToResetEndTheConnection() throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, false, "GET", "/").window(stream, Integer.MAX_VALUE);
                }
            });
        }

        @Test
        void malformedRequestsThatWeAreMadeToResetEndTheConnection() throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.headers(stream, true, head("Upper", "x"));
                }
            });
        }

        @Test
        void dataAfterTheEndOfAStreamResetsIt() throws IOException {
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.request(1, true, "GET", "/").data(1, false, "x").data(1, false, "y");
                assertEquals(STREAM_CLOSED, caller.hear(RST_STREAM).error());
            }
        }

        @Test
        void aHeadAfterTheEndOfAStreamIsAnError() throws IOException {
            goesAway(STREAM_CLOSED, caller -> {
                caller.request(1, true, "GET", "/");
                for (int i = 0; i < 300; i++) {
                    caller.headers(1, true, "x", "y");
                }
            });
        }

        @Test
        void prioritiesOfAnotherLengthAreErrorsThatCount() throws IOException {
            resets(FRAME_SIZE_ERROR, caller -> caller.frame(PRIORITY, 0, 1, (byte) 0));
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int i = 0; i < 300; i++) {
                    caller.frame(PRIORITY, 0, 1, (byte) 0);
                }
            });
        }
    }

    @Nested
    class B7 {
        @Test
        void emptyContinuationsWithoutEndAreAnError() throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.frame(HEADERS, 0, 1, caller.block(1, head()));
                for (int i = 0; i < 10_000; i++) {
                    caller.frame(CONTINUATION, 0, 1);
                }
            });
        }

        @Test
        void largeContinuationsWithoutEndAreAnError() throws IOException {
            goesAway(PROTOCOL_ERROR, caller -> {
                caller.frame(HEADERS, 0, 1, caller.block(1, head()));
                byte[] piece = literal("x", "y".repeat(16 * 1024 - 10));
                for (int i = 0; i < 1000; i++) {
                    caller.frame(CONTINUATION, 0, 1, piece);
                }
            });
        }

        @Test
        void anythingBetweenIsAnError() throws IOException {
            goesAway(
                    PROTOCOL_ERROR,
                    caller ->
                            caller.frame(HEADERS, 0, 1, caller.block(1, head())).frame(PING, 0, 0, new byte[8]));
        }
    }

    @Nested
    class B8 {
        /// 16 KiB that name one field of 4,000 bytes 12,000 times.
        @Test
        void aFieldNamedAgainAndAgainIsTooLarge() throws IOException {
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(caller.block(1, head()));
                block.writeBytes(indexed("x", "y".repeat(3900)));
                for (int i = 0; i < 12_000; i++) {
                    block.write(0x80 | 62); // the newest entry of the dynamic table
                }
                caller.frame(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray());

                Frame answer = caller.hear();
                while (answer.type() == SETTINGS || answer.type() == WINDOW_UPDATE) {
                    answer = caller.hear();
                }
                boolean refused =
                        answer.type() == HEADERS && caller.fields(answer).startsWith(":status: 431\n")
                                || answer.type() == RST_STREAM
                                || answer.type() == GOAWAY;
                assertTrue(refused, "a frame of type " + answer.type());
            }
            assertEquals("", threats.origin().heard());
        }

        @Test
        void moreThan1000FieldsAreTooMany() throws IOException {
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                List<String> many = new ArrayList<>();
                for (int i = 0; i < 1001; i++) {
                    many.addAll(List.of("x", "y"));
                }
                caller.headers(1, true, head(many.toArray(String[]::new)));
                assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 431\n"));
            }
            assertEquals("", threats.origin().heard());
        }

        @Test
        void aBrokenBlockEndsTheConnection() throws IOException {
            // An index beyond the tables; an integer without end; Huffman's padding of eight ones.
            for (int[] block : new int[][] {
                {0xff, 0x80, 0x08},
                {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                {0x00, 0x81, 0xff, 0x01, 'x'},
                {0x80}
            }) {
                byte[] bytes = new byte[block.length];
                for (int i = 0; i < block.length; i++) {
                    bytes[i] = (byte) block[i];
                }
                goesAway(COMPRESSION_ERROR, caller -> caller.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes));
            }
        }

        @Test
        void aTableThatIsMadeLargerThanAllowedEndsTheConnection() throws IOException {
            goesAway(
                    COMPRESSION_ERROR,
                    caller -> caller.frame(
                            HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x3f, (byte) 0xe1, (byte) 0xff, (byte) 0x03));
        }
    }

    @Nested
    class B9 {
        @Test
        void callersAreToldHowManyStreamsThereMayBe() throws IOException {
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                ByteBuffer settings = ByteBuffer.wrap(caller.hear(SETTINGS).payload());
                int streams = -1;
                while (settings.hasRemaining()) {
                    int id = settings.getShort();
                    int value = settings.getInt();
                    streams = id == 3 ? value : streams;
                }
                assertEquals(256, streams);
            }
        }

        @Test
        void streamsAboveThatAreRefused() throws IOException {
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                for (int i = 0; i <= 256; i++) {
                    caller.request(1 + 2 * i, true, "GET", "/");
                }
                Frame refused = caller.hear(RST_STREAM);
                assertEquals(513, refused.stream());
                assertEquals(7, refused.error());
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {PING, SETTINGS, PRIORITY, WINDOW_UPDATE})
        void aFloodOfFramesThatCarryNothingEndsTheConnection(int type) throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.request(1, false, "GET", "/");
                int stream = type == PRIORITY ? 3 : 0;
                byte[] payload = switch (type) {
                    case PING -> new byte[8];
                    case PRIORITY -> new byte[5];
                    case WINDOW_UPDATE -> new byte[] {0, 0, 0, 1};
                    default -> new byte[0];
                };
                for (int i = 0; i < 20_000; i++) {
                    caller.frame(type, 0, stream, payload);
                }
            });
        }

        @Test
        void aFloodOfEmptyDataEndsTheConnection() throws IOException {
            goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.request(1, false, "POST", "/");
                for (int i = 0; i < 1000; i++) {
                    caller.frame(DATA, 0, 1);
                }
            });
        }

        @Test
        void aCallerThatTakesNoHeadsMakesNoLoop() throws Exception {
            try (Origin origin = Origin.answering(Recorder.OK);
                    CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
                    Http2Talk caller = Http2Talk.with(path.port())) {
                caller.frame(
                        SETTINGS,
                        0,
                        0,
                        ByteBuffer.allocate(6).putShort((short) 6).putInt(1).array());
                caller.request(1, true, "GET", "/");

                int heads = 0;
                Frame frame = caller.hearOf(1);
                while (frame.type() != RST_STREAM && !frame.ends()) {
                    heads++;
                    frame = caller.hearOf(1);
                }
                assertTrue(heads <= 1, "heads: " + heads);
                caller.frame(PING, 0, 0, new byte[8]).hear(PING);
                caller.close();
                path.awaitQuiet();
            }
        }
    }

    @Nested
    class B10 {
        @Test
        void aWindowAbove2To31EndsTheConnection() throws IOException {
            goesAway(FLOW_CONTROL_ERROR, caller -> caller.window(0, Integer.MAX_VALUE));
        }

        @Test
        void aStreamsWindowAbove2To31ResetsTheStream() throws IOException {
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.request(1, false, "GET", "/").window(1, Integer.MAX_VALUE);
                assertEquals(FLOW_CONTROL_ERROR, caller.hear(RST_STREAM).error());
            }
        }

        @Test
        void aSettingAbove2To31EndsTheConnection() throws IOException {
            goesAway(
                    FLOW_CONTROL_ERROR,
                    caller -> caller.frame(
                            SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0x80, (byte) 0, (byte) 0, (byte) 0));
        }

        @Test
        void aCallerThatSendsMoreThanItsWindowIsCutOff() throws Exception {
            CountDownLatch over = new CountDownLatch(1);
            try (Origin deaf = Origin.following(service -> {
                        service.head();
                        over.await();
                    });
                    CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, deaf.port());
                    Http2Talk caller = Http2Talk.with(path.port())) {
                caller.request(1, false, "POST", "/");
                String piece = "x".repeat(16 * 1024);
                try {
                    for (int i = 0; i < 4000; i++) {
                        caller.data(1, false, piece);
                    }
                } catch (IOException ended) {
                    assertTrue(caller.hearsEnd());
                }
                Frame refusal = caller.hear();
                while (refusal.type() != GOAWAY && refusal.type() != RST_STREAM) {
                    refusal = caller.hear();
                }
                assertEquals(FLOW_CONTROL_ERROR, refusal.error());
                over.countDown();
                caller.close();
                path.awaitQuiet();
            }
        }

        @Test
        void streamsWhoseWindowStaysShutAreResetAndHoldNoMoreThanTheirBudget() throws Exception {
            int streams = 20;
            try (Origin endless = Origin.following(service -> {
                        service.head();
                        service.say("HTTP/1.1 200 OK\r\n\r\n");
                        byte[] piece = new byte[64 * 1024];
                        while (true) {
                            service.raw().say(piece);
                        }
                    });
                    CallPath path = CallPath.start(
                            Protocol.HTTP,
                            new TestLimits()
                                    .writeTimeout(Duration.ofMillis(300))
                                    .limits(),
                            endless.port());
                    Http2Talk caller = Http2Talk.with(path.port())) {
                caller.frame(SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
                for (int i = 0; i < streams; i++) {
                    caller.request(1 + 2 * i, true, "GET", "/");
                }
                for (int i = 0; i < streams; i++) {
                    caller.hear(RST_STREAM);
                }
                path.await("no call left", () -> path.sum("hikyaku.calls.in.flight") == 0);
                assertEquals(streams, path.sum("hikyaku.requests.rejected", "reason", "answer-time"));
                caller.close();
                path.awaitQuiet();
            }
        }
    }

    @Nested
    class B11 {
        @Test
        void anEvenStreamEndsTheConnection() throws IOException {
            goesAway(PROTOCOL_ERROR, caller -> caller.request(2, true, "GET", "/"));
        }

        @Test
        void aStreamBelowTheLastEndsTheConnection() throws IOException {
            goesAway(
                    PROTOCOL_ERROR,
                    caller -> caller.request(5, true, "GET", "/").request(3, true, "GET", "/"));
        }

        @Test
        void aStreamThatIsUsedTwiceEndsTheConnection() throws IOException {
            goesAway(
                    STREAM_CLOSED,
                    caller -> caller.request(1, true, "GET", "/").reset(1, 8).request(1, true, "GET", "/"));
        }

        @Test
        void framesOfAStreamThatNobodyOpenedEndTheConnection() throws IOException {
            goesAway(PROTOCOL_ERROR, caller -> caller.data(7, true, "x"));
            goesAway(PROTOCOL_ERROR, caller -> caller.reset(7, 8));
            goesAway(PROTOCOL_ERROR, caller -> caller.window(7, 1));
        }

        @Test
        void aConnectionWhoseStreamIdsRunOutSaysGoodbye() throws Exception {
            try (Origin origin = Origin.answering(Recorder.OK);
                    CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
                    Http2Talk caller = Http2Talk.with(path.port())) {
                caller.request((1 << 30) + 1, true, "GET", "/");
                boolean answered = false;
                boolean goodbye = false;
                while (!answered || !goodbye) {
                    Frame frame = caller.hear();
                    answered |= frame.type() == DATA && frame.ends();
                    goodbye |= frame.type() == GOAWAY && frame.error() == 0;
                }
                caller.close();
                path.awaitQuiet();
            }
        }
    }

    @Nested
    class B13 {
        @Test
        void whatGRpcMeansByItsBytesIsItsOwnAffair() throws Exception {
            String message = "\u0001\u00ff\u00ff\u00ff\u00ffabc"; // compressed without a coding, of 4 GiB
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.request(
                        1,
                        false,
                        "POST",
                        "/a.B/c",
                        "content-type",
                        "application/x-not-grpc",
                        "x-bin",
                        "%%%not base64%%%",
                        "grpc-message",
                        "%zz%");
                caller.data(1, true, message);
                threats.path()
                        .await(
                                "all of it",
                                () -> threats.origin().heard().endsWith("8\r\n" + message + "\r\n0\r\n\r\n"));
                String heard = threats.origin().heard();
                assertTrue(heard.contains("x-bin: %%%not base64%%%\r\ngrpc-message: %zz%\r\n"), heard);
            }
        }
    }

    @Nested
    class B14 {
        @ParameterizedTest
        @CsvSource({"CONNECT, 405", "TRACE, 405"})
        void connectAndTraceAreNotAllowed(String method, String status) throws IOException {
            quiet();
            try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
                caller.request(1, true, method, "/");
                assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: " + status + "\n"));
            }
            assertEquals("", threats.origin().heard());
        }
    }

    /// A field as a literal without indexing (RFC 7541 §6.2.2).
    private static byte[] literal(String name, String value) {
        return field(0x00, name, value);
    }

    /// A field as a literal that enters the dynamic table (RFC 7541 §6.2.1).
    private static byte[] indexed(String name, String value) {
        return field(0x40, name, value);
    }

    private static byte[] field(int kind, String name, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(kind);
        write(out, name);
        write(out, value);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            int left = length - 127;
            while (left >= 128) {
                out.write(left & 127 | 128);
                left >>>= 7;
            }
            out.write(left);
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
