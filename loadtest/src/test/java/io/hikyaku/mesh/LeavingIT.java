package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.mesh.Http2Bytes.Frame;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Callers and services that leave at each stage of a call: the other one learns it, as an error, and nothing is left.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class LeavingIT {
    private static final int INTERNAL_ERROR = 2;
    private static final String POST =
            Http2Bytes.fields(":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/");

    /// How far a call has come when its caller leaves.
    enum CallerLeaves {
        WITHIN_HEAD(
                "POST / HTTP/1.1\r\nHost: a\r\nX: ha",
                Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.NO_FLAG, 1, POST)),
        AFTER_HEAD("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", head(Http2Bytes.NO_FLAG)),
        WITHIN_BODY(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\npart",
                head(Http2Bytes.NO_FLAG) + data(Http2Bytes.NO_FLAG)),
        WITHIN_TRAILERS(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\nX-Tr",
                head(Http2Bytes.NO_FLAG)
                        + data(Http2Bytes.NO_FLAG)
                        + Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.END_STREAM, 1, "")),
        WAITING("GET / HTTP/1.1\r\nHost: a\r\n\r\n", head(Http2Bytes.NO_FLAG) + data(Http2Bytes.END_STREAM)),
        WITHIN_ANSWER(
                "GET /answer HTTP/1.1\r\nHost: a\r\n\r\n", head(Http2Bytes.NO_FLAG) + data(Http2Bytes.END_STREAM));

        private final String http11;
        private final String http2;

        CallerLeaves(String http11, String http2) {
            this.http11 = http11;
            this.http2 = Http2Bytes.hello() + http2;
        }
    }

    /// How far a call has come when its service leaves.
    enum ServiceLeaves {
        WITHIN_REQUEST("", stream -> ""),
        BEFORE_HEAD("", stream -> ""),
        WITHIN_HEAD(
                "HTTP/1.1 200 OK\r\nX: ha",
                stream -> Http2Bytes.frame(
                        Http2Bytes.HEADERS, Http2Bytes.NO_FLAG, stream, Http2Bytes.fields(":status", "200"))),
        AFTER_HEAD("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", LeavingIT::answerHead),
        WITHIN_BODY(
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart",
                stream -> answerHead(stream) + data(stream, Http2Bytes.NO_FLAG)),
        WITHIN_TRAILERS(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\nX-Tr",
                stream -> answerHead(stream)
                        + data(stream, Http2Bytes.NO_FLAG)
                        + Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.END_STREAM, stream, ""));

        private final String http11;
        private final IntFunction<String> http2;

        ServiceLeaves(String http11, IntFunction<String> http2) {
            this.http11 = http11;
            this.http2 = http2;
        }

        boolean hasHead() {
            return compareTo(AFTER_HEAD) >= 0;
        }
    }

    @Parameter
    Carrier carrier;

    private SharedMesh mesh;
    private final CountDownLatch heard = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.awaitQuiet();
    }

    private static String head(int flags) {
        return Http2Bytes.frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS | flags, 1, POST);
    }

    private static String data(int flags) {
        return data(1, flags);
    }

    private static String data(int stream, int flags) {
        return Http2Bytes.frame(Http2Bytes.DATA, flags, stream, "part");
    }

    private static String answerHead(int stream) {
        return Http2Bytes.frame(
                Http2Bytes.HEADERS, Http2Bytes.END_HEADERS, stream, Http2Bytes.fields(":status", "200"));
    }

    static Stream<Arguments> callers() {
        return Arrays.stream(CallerLeaves.values())
                .flatMap(stage -> Stream.of(Arguments.of(stage, false), Arguments.of(stage, true)));
    }

    @ParameterizedTest
    @MethodSource("callers")
    void theServiceLearnsThatItsCallerHasLeft(CallerLeaves stage, boolean inHttp2) throws Exception {
        // Given
        mesh.raw.follow(service -> {
            service.hearHead();
            if (stage == CallerLeaves.WITHIN_ANSWER) {
                service.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
            }
            heard.countDown();
            service.hearAll();
        });
        try (Talk caller = Talk.with(mesh.port(SharedMesh.RAW))) {
            caller.say(inHttp2 ? stage.http2 : stage.http11);
            if (stage != CallerLeaves.WITHIN_HEAD) {
                assertTrue(heard.await(60, TimeUnit.SECONDS));
            }
            if (stage == CallerLeaves.WITHIN_ANSWER) {
                hearPart(caller, inHttp2);
            }

            // When
            caller.reset();
        }

        // Then
        if (stage != CallerLeaves.WITHIN_HEAD) {
            mesh.raw.takeEnding();
        }
    }

    private static void hearPart(Talk caller, boolean inHttp2) throws IOException {
        if (inHttp2) {
            Frame frame = Http2Bytes.hear(caller);
            while (frame.type() != Http2Bytes.DATA) {
                frame = Http2Bytes.hear(caller);
            }
            assertEquals("part", frame.payload());
        } else {
            caller.hearHead();
            assertEquals("part", caller.hear(4));
        }
    }

    static Stream<Arguments> services() {
        return Arrays.stream(ServiceLeaves.values())
                .flatMap(stage -> Stream.of(
                        Arguments.of(stage, false, false),
                        Arguments.of(stage, false, true),
                        Arguments.of(stage, true, false),
                        Arguments.of(stage, true, true)));
    }

    @ParameterizedTest
    @MethodSource("services")
    void theCallerLearnsThatTheServiceHasLeft(ServiceLeaves stage, boolean callerInHttp2, boolean serviceInHttp2)
            throws Exception {
        // Given
        mesh.raw.follow(service -> {
            Talk.Head first = service.hearHead();
            service.say(serviceInHttp2 ? stage.http2.apply(Http2Bytes.serve(service, first)) : stage.http11);
            if (stage.hasHead()) {
                assertTrue(heard.await(60, TimeUnit.SECONDS));
            }
            service.reset();
        });
        try (Talk caller = Talk.with(mesh.port(serviceInHttp2 ? SharedMesh.RAW_HTTP2 : SharedMesh.RAW))) {

            // When
            boolean whole = stage != ServiceLeaves.WITHIN_REQUEST;
            if (callerInHttp2) {
                caller.say(Http2Bytes.hello()
                        + head(Http2Bytes.NO_FLAG)
                        + data(whole ? Http2Bytes.END_STREAM : Http2Bytes.NO_FLAG));
                requireCutInHttp2(caller, stage);
            } else {
                caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + (whole ? 4 : 1000) + "\r\n\r\npart");
                requireCutInHttp11(caller, stage);
            }
        }
    }

    @Test
    void aGrpcCallerWhoseAnswerIsCutOffIsToldInItsTrailers() throws Exception {
        // Given
        mesh.raw.follow(service -> {
            service.say(answerHead(Http2Bytes.hearFirst(service)));
            assertTrue(heard.await(60, TimeUnit.SECONDS));
            service.reset();
        });
        int port = mesh.port(SharedMesh.RAW_HTTP2);
        try (Http2Caller caller = new Http2Caller()) {
            Http2Caller.Begun call = WebService.done(caller.begin(HttpMethod.POST, port, Http2Caller.GRPC, Map.of()));
            assertEquals(200, call.answer().statusCode());

            // When
            heard.countDown();

            // Then
            assertEquals(
                    "14", WebService.done(Http2Caller.told(call)).trailers().get("grpc-status"));
        }
    }

    private void requireCutInHttp11(Talk caller, ServiceLeaves stage) throws IOException {
        Talk.Head head = caller.hearHead();
        assertEquals(stage.hasHead() ? 200 : 502, head.status(), head::text);
        heard.countDown();
        if (stage.hasHead()) {
            StringBuilder rest = new StringBuilder();
            try {
                rest.append(caller.hearAll());
            } catch (IOException reset) {
                rest.append(reset.getMessage());
            }
            assertTrue(rest.length() < 1000, rest::toString);
            assertFalse(rest.toString().endsWith("\r\n0\r\n\r\n"), rest::toString);
        }
    }

    private void requireCutInHttp2(Talk caller, ServiceLeaves stage) throws IOException {
        Frame head = Http2Bytes.hear(caller);
        assertEquals(Http2Bytes.HEADERS, head.type());
        heard.countDown();
        List<Frame> rest = new ArrayList<>();
        while (rest.isEmpty()
                || rest.getLast().type() != Http2Bytes.RST_STREAM
                        && !rest.getLast().endsStream()) {
            rest.add(Http2Bytes.hear(caller));
        }
        assertEquals(!stage.hasHead(), rest.getLast().endsStream(), rest::toString);
        if (stage.hasHead()) {
            assertEquals(INTERNAL_ERROR, rest.getLast().errorCode());
        } else {
            assertTrue(rest.toString().contains("\"status\":502"), rest::toString);
        }
    }
}
