package io.hikyaku.call.http;

import static io.hikyaku.call.Violation.BODY_SIZE;
import static io.hikyaku.call.Violation.BODY_TIME;
import static io.hikyaku.call.Violation.CONNECTIONS_OF_CALLER;
import static io.hikyaku.call.Violation.FIRST_LINE_SIZE;
import static io.hikyaku.call.Violation.HEAD_SIZE;
import static io.hikyaku.call.Violation.HEAD_TIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.TestLimits;
import io.hikyaku.call.Threats;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Callers that are slow, large or many. The nested classes are rows of docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsSlownessIT {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static Threats with(CallLimits limits) {
        return new Threats(limits, CallPath.IMPORT, RecordingService.silent());
    }

    @Nested
    class S1 {
        @ParameterizedTest
        @ValueSource(strings = {"G", "GET / HTTP/1.1\r\nHos", "GET / HTTP/1.1\r\nHost: o\r\n"})
        void aHeadThatDoesNotComeToItsEndIsRefused(String start) throws IOException {
            try (Threats threats = with(new TestLimits().headerTimeout(SHORT).limits())) {
                threats.refuses(408, HEAD_TIME, start);
            }
        }

        @Test
        void aHeadThatComesByteByByteHasNoMoreTime() throws IOException {
            try (Threats threats = with(new TestLimits().headerTimeout(SHORT).limits());
                    Conversation caller = threats.caller()) {
                caller.say("GET / HTTP/1.1\r\nX: ");
                dribble(caller, "y");

                assertTrue(caller.hearUntilGone().startsWith("HTTP/1.1 408 "));
                assertEquals("", threats.origin().heard());
            }
        }

        @Test
        void aConnectionThatSaysNothingIsClosed() throws IOException {
            try (Threats threats = with(new TestLimits().idleTimeout(SHORT).limits());
                    Conversation caller = threats.caller()) {
                assertEquals("", caller.hearAll());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 10\r\n\r\nab", CHUNKED, CHUNKED + "5\r\nab"})
        void aBodyThatStopsIsRefused(String start) throws IOException {
            try (Threats threats = with(new TestLimits().idleTimeout(SHORT).limits())) {
                threats.cutsOff(408, BODY_TIME, start);
            }
        }

        @Test
        void aBodyThatDribblesIsRefused() throws IOException {
            try (Threats threats = with(new TestLimits()
                            .idleTimeout(SHORT)
                            .minBodyRate(1000)
                            .limits());
                    Conversation caller = threats.caller()) {
                caller.say(CHUNKED);
                dribble(caller, "1\r\na\r\n");

                assertTrue(caller.hearUntilGone().startsWith("HTTP/1.1 408 "));
                threats.path()
                        .await("reset at the service", () -> threats.origin().resets() == 1);
                assertEquals(1, threats.path().sum("hikyaku.requests.rejected", "reason", "body-time"));
            }
        }

        @Test
        void aBodyMayDribbleOnceItsAnswerHasBegun() throws Exception {
            try (Origin early = Origin.following(service -> {
                        service.head();
                        service.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
                        service.raw().hear(6 * 60);
                        service.say("lo");
                        service.raw().hearGone();
                    });
                    CallPath path = CallPath.start(
                            Protocol.HTTP,
                            new TestLimits()
                                    .idleTimeout(SHORT)
                                    .minBodyRate(1000)
                                    .limits(),
                            early.port());
                    Conversation caller = Conversation.with(path.port())) {
                caller.say(CHUNKED).hearHead();
                assertEquals("hel", caller.hear(3));
                for (int i = 0; i < 60; i++) {
                    caller.say("1\r\na\r\n");
                    LockSupport.parkNanos(SHORT.toNanos() / 20);
                }

                assertEquals("lo", caller.hear(2));
                caller.close();
                path.awaitQuiet();
            }
        }

        @Test
        void aSourceHasSoManyConnectionsAndNoMore() throws IOException {
            try (Threats threats =
                            with(new TestLimits().maxConnectionsPerSource(2).limits());
                    Conversation first = threats.caller();
                    Conversation second = threats.caller()) {
                threats.path().await("both", () -> threats.path().listener().openConnections() == 2);
                threats.refuses(429, CONNECTIONS_OF_CALLER, "");
                first.close();
                threats.path().await("one left", () -> threats.path().listener().openConnections() == 1);
                try (Conversation third = threats.caller()) {
                    threats.path().await("two", () -> threats.path().listener().openConnections() == 2);
                    third.say("G");
                    second.say("G");
                }
            }
        }

        /// Says the piece again and again until the other side has had enough of it.
        private static void dribble(Conversation caller, String piece) {
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            try {
                while (caller.in().available() == 0 && System.nanoTime() < end) {
                    caller.say(piece);
                    LockSupport.parkNanos(SHORT.toNanos() / 20);
                }
            } catch (IOException gone) {
                return;
            }
        }
    }

    @Nested
    class S2 {
        @Test
        void aCallerThatDoesNotReadHoldsItsServiceBackAndIsReset() throws Exception {
            AtomicLong written = new AtomicLong();
            try (Origin endless = Origin.following(service -> {
                        service.head();
                        service.say("HTTP/1.1 200 OK\r\n\r\n");
                        byte[] piece = new byte[64 * 1024];
                        while (true) {
                            service.raw().say(piece);
                            written.addAndGet(piece.length);
                        }
                    });
                    CallPath path = CallPath.start(
                            Protocol.HTTP, new TestLimits().writeTimeout(SHORT).limits(), endless.port());
                    Conversation caller = Conversation.withSmallBuffer(path.port())) {
                caller.say(GET);

                endless.takeEnding();
                path.awaitQuiet();
                assertTrue(written.get() < 32 * 1024 * 1024, "held back, not after " + written);
                assertEquals(1, path.sum("hikyaku.requests.rejected", "reason", "answer-time"));
                caller.hearReset();
            }
        }

        @Test
        void aCallerThatReadsSlowlyGetsEverything() throws Exception {
            int length = 4 * 1024 * 1024;
            try (Origin large = Origin.following(service -> {
                        service.head();
                        service.say("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                        service.raw().say(new byte[length]);
                        service.raw().hearGone();
                    });
                    CallPath path = CallPath.start(
                            Protocol.HTTP,
                            new TestLimits().writeTimeout(SHORT.multipliedBy(2)).limits(),
                            large.port());
                    Conversation caller = Conversation.withSmallBuffer(path.port())) {
                caller.say(GET).hearHead();
                for (int i = 0; i < 16; i++) {
                    caller.hearBytes(length / 16);
                    LockSupport.parkNanos(SHORT.toNanos() / 5);
                }
                caller.close();
                path.awaitQuiet();
                assertEquals(0, path.sum("hikyaku.requests.rejected"));
            }
        }
    }

    @Nested
    class S3 {
        @Test
        void whatIsTooLargeIsRefused() throws IOException {
            try (Threats threats = new Threats()) {
                threats.refuses(
                        414, FIRST_LINE_SIZE, "GET /" + "a".repeat(1024 * 1024) + " HTTP/1.1\r\nHost: o\r\n\r\n");
                threats.refuses(431, HEAD_SIZE, get("X: " + "y".repeat(1024 * 1024) + "\r\n"));
                threats.refuses(431, HEAD_SIZE, get("x".repeat(1024 * 1024) + ": y\r\n"));
                threats.refuses(431, HEAD_SIZE, get("X: y\r\n".repeat(10_000)));
                threats.refuses(431, HEAD_SIZE, get("X: y\r\n".repeat(1001)));
            }
        }

        @Test
        void headsOf32KiBAnd200FieldsPass() throws IOException {
            StringBuilder fields = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                fields.append("X-")
                        .append(i)
                        .append(": ")
                        .append("y".repeat(155))
                        .append("\r\n");
            }
            assertTrue(fields.length() > 31 * 1024);
            try (Threats threats = new Threats()) {
                threats.passes(get(fields.toString()), get(fields + Threats.added()));
            }
        }

        @Test
        void trailersOf32KiBAnd200FieldsPass() throws IOException {
            StringBuilder fields = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                fields.append("X-")
                        .append(i)
                        .append(": ")
                        .append("y".repeat(155))
                        .append("\r\n");
            }
            String end = "0\r\n" + fields + "\r\n";
            try (Threats threats =
                    new Threats(RecordingService.answering(RecordingService.OK, text -> text.endsWith(end)))) {
                threats.passes(
                        CHUNKED + end, CHUNKED.replaceFirst("\r\n\r\n", "\r\n" + Threats.added() + "\r\n") + end);
            }
        }

        private static String get(String fields) {
            return "GET / HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n";
        }
    }

    @Nested
    class S4 {
        @Test
        void aLengthOf9ExabytesIsNoMoreThanANumber() throws IOException {
            try (Threats threats = with(CallLimits.DEFAULTS);
                    Conversation caller = threats.caller()) {
                String head = "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 9223372036854775807\r\n";
                caller.say(head + "\r\nabc");
                threats.path()
                        .await("streamed", () -> threats.origin().heard().equals(head + Threats.added() + "\r\nabc"));
                caller.close();
                threats.path()
                        .await("reset at the service", () -> threats.origin().resets() == 1);
            }
        }

        @Test
        void aBodyThatSaysThatItIsTooLargeGoesNowhere() throws IOException {
            try (Threats threats =
                    with(new TestLimits().maxBodySize(DataSize.ofKiB(1)).limits())) {
                threats.refuses(413, BODY_SIZE, "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1025\r\n\r\nabc");
            }
        }

        @Test
        void aBodyThatBecomesTooLargeIsCutOff() throws IOException {
            try (Threats threats =
                    with(new TestLimits().maxBodySize(DataSize.ofKiB(1)).limits())) {
                String chunk = "100\r\n" + "x".repeat(256) + "\r\n";
                threats.cutsOff(413, BODY_SIZE, CHUNKED + chunk.repeat(5));
            }
        }

        @Test
        void aBodyAtTheLimitPasses() throws IOException {
            try (Threats threats = new Threats(
                    new TestLimits().maxBodySize(DataSize.ofKiB(1)).limits(),
                    CallPath.IMPORT,
                    RecordingService.answering(RecordingService.OK, text -> text.endsWith("xx")))) {
                String head = "POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1024\r\n";
                threats.passes(head + "\r\n" + "x".repeat(1024), head + Threats.added() + "\r\n" + "x".repeat(1024));
            }
        }
    }

    @Nested
    class S5 {
        @ParameterizedTest
        @ValueSource(strings = {"gzip", "br", "zstd", "gzip, gzip, deflate"})
        void whatIsCompressedIsNotLookedInto(String coding) throws IOException {
            String bomb = "\u001f\u008b\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u00ff\u00ec\u00c1\u0001\u0001";
            String head = "POST / HTTP/1.1\r\nHost: o\r\nContent-Encoding: " + coding + "\r\nContent-Length: "
                    + bomb.length() + "\r\n";
            try (Threats threats =
                    new Threats(RecordingService.answering(RecordingService.OK, text -> text.endsWith(bomb)))) {
                threats.passes(head + "\r\n" + bomb, head + Threats.added() + "\r\n" + bomb);
            }
        }
    }

    @Nested
    class S7 {
        @Test
        void aFloodOfConnectionsIsTurnedAwayAndHarmsNoneThatIsServed() throws Exception {
            try (Origin origin = Origin.answering(RecordingService.OK);
                    CallPath path = CallPath.start(
                            Protocol.HTTP,
                            new TestLimits().maxConnectionsPerListener(20).limits(),
                            origin.port())) {
                List<Conversation> served = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    Conversation caller = Conversation.with(path.port());
                    served.add(caller);
                    caller.say(GET).hearHead();
                    assertEquals("ok", caller.hear(2));
                }
                for (int i = 0; i < 200; i++) {
                    try (Conversation more = Conversation.with(path.port())) {
                        assertTrue(more.hearUntilGone().startsWith("HTTP/1.1 503 Service Unavailable\r\n"));
                    }
                }
                for (Conversation caller : served) {
                    assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
                    assertEquals("ok", caller.hear(2));
                    caller.close();
                }
                path.awaitQuiet();
                assertEquals(200, path.sum("hikyaku.requests.rejected", "reason", "connections"));
            }
        }
    }
}
