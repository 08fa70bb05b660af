package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.Http2Talk.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Callers that say how large heads may be, and answers that are larger. The nested class is a row of docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp2AnswerSizeIT {
    private static final int MAX_HEADER_LIST_SIZE = 6;
    private static final int INTERNAL_ERROR = 2;
    private static final int RESOURCE_EXHAUSTED = 8;
    /// `:status: 200` and a field of one letter, as RFC 9113 §6.5.2 counts them, without the field's value.
    private static final int SMALLEST = 7 + 3 + 32 + 1 + 32;

    private Origin origin;
    private CallPath path;

    /// A caller that takes heads of so many bytes.
    private Http2Talk taking(int bytes, Origin service) throws IOException {
        origin = service;
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, service.port());
        return Http2Talk.with(path.port())
                .frame(
                        SETTINGS,
                        0,
                        0,
                        ByteBuffer.allocate(6)
                                .putShort((short) MAX_HEADER_LIST_SIZE)
                                .putInt(bytes)
                                .array());
    }

    /// Answers with a field `x` of as many bytes as the path says.
    private static Origin answeringInFull() {
        return Origin.following(service -> {
            while (true) {
                int bytes = Integer.parseInt(service.head().replaceAll("(?s)^GET /(\\d+) .*", "$1"));
                service.say("HTTP/1.1 200 OK\r\nX: " + "y".repeat(bytes) + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n");
            }
        });
    }

    private static void assertReset(Frame frame) {
        assertEquals(RST_STREAM, frame.type());
        assertEquals(INTERNAL_ERROR, frame.error());
    }

    private double untaken() {
        return path.sum("hikyaku.requests.rejected", "reason", "answer-head-size");
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.awaitQuiet();
        path.close();
        origin.close();
    }

    @Nested
    class B9 {
        @Test
        void anAnswerWithALargerHeadIsResetAndOthersGoOn() throws Exception {
            try (Http2Talk caller = taking(SMALLEST + 100, answeringInFull())) {
                assertReset(caller.request(1, true, "GET", "/101").hearOf(1));

                Frame fits = caller.request(3, true, "GET", "/100").hearOf(3);

                assertEquals(":status: 200\nx: " + "y".repeat(100) + "\n", caller.fields(fits));
                assertEquals(1, untaken());
                assertEquals(1, path.sum("hikyaku.calls", "outcome", "cut-off"));
            }
        }

        @Test
        void largerTrailersCutTheAnswerOff() throws Exception {
            Origin service = Origin.following(heard -> {
                heard.head();
                heard.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: " + "y".repeat(101)
                        + "\r\n\r\n");
            });
            try (Http2Talk caller = taking(1 + 32 + 100, service)) {
                caller.request(1, true, "GET", "/");

                assertEquals(HEADERS, caller.hearOf(1).type());
                Frame last = caller.hearOf(1);
                while (last.type() == DATA) {
                    assertTrue(!last.ends(), "a clean end");
                    last = caller.hearOf(1);
                }
                assertReset(last);
                assertEquals(1, untaken());
            }
        }

        @Test
        void callersOfGrpcAreToldInTrailersOfOurs() throws Exception {
            Origin service = Origin.following(heard -> {
                Http2Talk talk = heard.http2();
                int stream = talk.hear(HEADERS).stream();
                talk.headers(stream, false, ":status", "200", "content-type", "application/grpc")
                        .data(stream, false, "message")
                        .headers(stream, true, "grpc-status", "0", "x", "y".repeat(1000));
                talk.hearsEnd();
            });
            try (Http2Talk caller = taking(300, service)) {
                caller.request(1, true, "POST", "/p.S/M", "content-type", "application/grpc", "te", "trailers");

                Frame frame = caller.hearOf(1);
                while (!frame.ends()) {
                    frame = caller.hearOf(1);
                }
                String status = caller.fields(frame);
                assertTrue(status.startsWith("grpc-status: " + RESOURCE_EXHAUSTED + "\n"), status);
            }
        }

        @Test
        void aLargerInterimAnswerIsLeftOut() throws Exception {
            Origin service = Origin.answering(
                    "HTTP/1.1 103 Early Hints\r\nLink: " + "y".repeat(500) + "\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
            try (Http2Talk caller = taking(300, service)) {
                caller.request(1, true, "GET", "/");

                assertEquals(":status: 204\n", caller.fields(caller.hearOf(1)));
            }
        }

        @Test
        void notEvenProblemsOfOursAreTriedAgain() throws Exception {
            try (Http2Talk caller = taking(1, Origin.following(service -> {}))) {
                assertReset(caller.request(1, true, "GET", "/").hearOf(1));
                assertReset(caller.request(3, true, "TRACE", "/").hearOf(3));
                assertEquals(2, untaken());
            }
        }
    }
}
