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
import static io.hikyaku.call.http2.Http2Threats.head;
import static io.hikyaku.call.http2.Http2Threats.indexed;
import static io.hikyaku.call.http2.Http2Threats.literal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Callers that break the framing of HTTP/2, or wear out whoever serves them. The nested classes are rows of
/// docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp2FloodIT {
    /// A frame's type that nobody knows.
    private static final int UNKNOWN = 32;

    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int COMPRESSION_ERROR = 9;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static Http2Threats attacked;

    @BeforeAll
    static void start() {
        attacked = new Http2Threats();
    }

    @AfterAll
    static void stop() throws IOException {
        attacked.close();
    }

    @Nested
    class B5 {
        @Test
        void streamsThatAreOpenedToBeResetEndTheConnection() throws IOException {
            int connections = attacked.threats().origin().connections();
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, true, "GET", "/").reset(stream, 8);
                }
            });
            attacked.threats()
                    .path()
                    .await("no call left", () -> attacked.threats().path().sum("hikyaku.calls.in.flight") == 0);
            assertTrue(attacked.threats().origin().connections() - connections <= 256, "bounded at the service too");
        }
    }

    @Nested
    class B6 {
        @Test
        void streamsThatWeAreMadeToResetEndTheConnection() throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, false, "GET", "/").window(stream, 0);
                }
            });
        }

        @Test
        void overflowingWindowsThatWeAreMadeToResetEndTheConnection() throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.request(stream, false, "GET", "/").window(stream, Integer.MAX_VALUE);
                }
            });
        }

        @Test
        void malformedRequestsThatWeAreMadeToResetEndTheConnection() throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                for (int stream = 1; stream < 2000; stream += 2) {
                    caller.headers(stream, true, head("Upper", "x"));
                }
            });
        }

        @Test
        void dataAfterTheEndOfAStreamResetsIt() throws IOException {
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.request(1, true, "GET", "/").data(1, false, "x").data(1, false, "y");
                assertEquals(STREAM_CLOSED, caller.hear(RST_STREAM).error());
            }
        }

        @Test
        void aHeadAfterTheEndOfAStreamIsAnError() throws IOException {
            attacked.goesAway(STREAM_CLOSED, caller -> {
                caller.request(1, true, "GET", "/");
                for (int i = 0; i < 300; i++) {
                    caller.headers(1, true, "x", "y");
                }
            });
        }

        @Test
        void prioritiesOfAnotherLengthAreErrorsThatCount() throws IOException {
            attacked.resets(FRAME_SIZE_ERROR, caller -> caller.frame(PRIORITY, 0, 1, (byte) 0));
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
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
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.frame(HEADERS, 0, 1, caller.block(1, head()));
                for (int i = 0; i < 10_000; i++) {
                    caller.frame(CONTINUATION, 0, 1);
                }
            });
        }

        @Test
        void largeContinuationsWithoutEndAreAnError() throws IOException {
            attacked.goesAway(PROTOCOL_ERROR, caller -> {
                caller.frame(HEADERS, 0, 1, caller.block(1, head()));
                byte[] piece = literal("x", "y".repeat(16 * 1024 - 10));
                for (int i = 0; i < 1000; i++) {
                    caller.frame(CONTINUATION, 0, 1, piece);
                }
            });
        }

        @Test
        void anythingBetweenIsAnError() throws IOException {
            attacked.goesAway(
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
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
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
            assertEquals("", attacked.threats().origin().heard());
        }

        @Test
        void moreThan1000FieldsAreTooMany() throws IOException {
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                List<String> many = new ArrayList<>();
                for (int i = 0; i < 1001; i++) {
                    many.addAll(List.of("x", "y"));
                }
                caller.headers(1, true, head(many.toArray(String[]::new)));
                assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 431\n"));
            }
            assertEquals("", attacked.threats().origin().heard());
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
                attacked.goesAway(
                        COMPRESSION_ERROR, caller -> caller.frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes));
            }
        }

        @Test
        void aTableThatIsMadeLargerThanAllowedEndsTheConnection() throws IOException {
            attacked.goesAway(
                    COMPRESSION_ERROR,
                    caller -> caller.frame(
                            HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x3f, (byte) 0xe1, (byte) 0xff, (byte) 0x03));
        }
    }

    @Nested
    class B9 {
        @Test
        void callersAreToldHowManyStreamsThereMayBe() throws IOException {
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
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
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                for (int i = 0; i <= 256; i++) {
                    caller.request(1 + 2 * i, true, "GET", "/");
                }
                Frame refused = caller.hear(RST_STREAM);
                assertEquals(513, refused.stream());
                assertEquals(7, refused.error());
            }
        }

        @Test
        void whatFollowsOnARefusedStreamHarmsNoOther() throws IOException {
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                for (int i = 0; i <= 256; i++) {
                    caller.request(1 + 2 * i, i == 0, "POST", "/");
                }
                caller.data(513, false, "a").window(513, 1).data(513, true, "b");
                assertEquals(513, caller.hear(RST_STREAM).stream());
                caller.frame(PING, 0, 0, new byte[8]);
                assertEquals(PING, caller.hearOf(0).type());
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {PING, SETTINGS, PRIORITY, WINDOW_UPDATE})
        void aFloodOfFramesThatCarryNothingEndsTheConnection(int type) throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
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

        /// Netty would not look at them.
        @ParameterizedTest
        @ValueSource(ints = {WINDOW_UPDATE, RST_STREAM, UNKNOWN})
        void aFloodForAStreamThatIsGoneEndsTheConnection(int type) throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.request(1, true, "GET", "/").reset(1, 8);
                for (int i = 0; i < 20_000; i++) {
                    caller.frame(type, 0, 1, new byte[] {0, 0, 0, 1});
                }
            });
        }

        @Test
        void aFloodOfEmptyDataEndsTheConnection() throws IOException {
            attacked.goesAway(ENHANCE_YOUR_CALM, caller -> {
                caller.request(1, false, "POST", "/");
                for (int i = 0; i < 1000; i++) {
                    caller.frame(DATA, 0, 1);
                }
            });
        }

        @Test
        void aCallerThatTakesNoHeadsMakesNoLoop() throws Exception {
            try (Origin origin = Origin.answering(RecordingService.OK);
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
            attacked.goesAway(FLOW_CONTROL_ERROR, caller -> caller.window(0, Integer.MAX_VALUE));
        }

        @Test
        void aStreamsWindowAbove2To31ResetsTheStream() throws IOException {
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.request(1, false, "GET", "/").window(1, Integer.MAX_VALUE);
                assertEquals(FLOW_CONTROL_ERROR, caller.hear(RST_STREAM).error());
            }
        }

        @Test
        void aSettingAbove2To31EndsTheConnection() throws IOException {
            attacked.goesAway(
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
                boolean ended = false;
                try {
                    for (int i = 0; i < 4000; i++) {
                        caller.data(1, false, piece);
                    }
                } catch (IOException cutOff) {
                    ended = caller.hearsEnd(); // what it was told may be lost
                }
                Frame refusal = ended ? null : caller.hear();
                while (refusal != null && refusal.type() != GOAWAY && refusal.type() != RST_STREAM) {
                    refusal = caller.hear();
                }
                if (refusal != null) {
                    assertEquals(FLOW_CONTROL_ERROR, refusal.error());
                }
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
            attacked.goesAway(PROTOCOL_ERROR, caller -> caller.request(2, true, "GET", "/"));
        }

        @Test
        void aStreamBelowTheLastEndsTheConnection() throws IOException {
            attacked.goesAway(
                    PROTOCOL_ERROR,
                    caller -> caller.request(5, true, "GET", "/").request(3, true, "GET", "/"));
        }

        @Test
        void aStreamThatIsUsedTwiceEndsTheConnection() throws IOException {
            attacked.goesAway(
                    STREAM_CLOSED,
                    caller -> caller.request(1, true, "GET", "/").reset(1, 8).request(1, true, "GET", "/"));
        }

        @Test
        void framesOfAStreamThatNobodyOpenedEndTheConnection() throws IOException {
            attacked.goesAway(PROTOCOL_ERROR, caller -> caller.data(7, true, "x"));
            attacked.goesAway(PROTOCOL_ERROR, caller -> caller.reset(7, 8));
            attacked.goesAway(PROTOCOL_ERROR, caller -> caller.window(7, 1));
        }

        @Test
        void aConnectionWhoseStreamIdsRunOutSaysGoodbye() throws Exception {
            try (Origin origin = Origin.answering(RecordingService.OK);
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
}
