package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that have a time of their own.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class DeadlineIT {
    private static final String[] GRPC = {"content-type", "application/grpc", "te", "trailers"};

    private final Origin silent = Origin.following(heard -> {
        heard.head();
        heard.raw().hearGone();
    });
    /// Answers the one call that has a body.
    private final Origin patient = Origin.following(heard -> {
        Http2Talk service = heard.http2();
        Http2Talk.Frame frame = service.hear();
        while (frame.type() != Http2Talk.DATA) {
            if (frame.type() == Http2Talk.HEADERS) {
                heard.heard(service.fields(frame));
            }
            frame = service.hear();
        }
        service.headers(frame.stream(), true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
        service.hearsEnd();
    });

    private CallPath path;

    DeadlineIT() throws IOException {}

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(silent, patient);
    }

    @Test
    void aCallWhoseConfiguredTimeHasPassedIsEndedOnBothSides() throws Exception {
        path = CallPath.startLimited(Duration.ofSeconds(2), silent.port());
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n");

            String head = caller.hearHead();

            assertTrue(head.startsWith("HTTP/1.1 504 "), head);
            assertTrue(head.contains("error=http_response_timeout"), head);
            silent.takeEnding();
        }
    }

    @Test
    void aGrpcCallersTimeEndsTheCallUnlessItDoesSoItself() throws Exception {
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, silent.port());
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "POST", "/a.B/C", "content-type", "application/grpc-web", "grpc-timeout", "7S");
            assertTrue(silent.takeHead().contains("grpc-timeout: 7S\r\n"), "not gRPC, so not looked at");
            caller.reset(1, 8);

            long begun = System.nanoTime();
            caller.request(3, true, "POST", "/a.B/C", with("grpc-timeout", "600m"));

            assertEquals("4", status(caller, 3));
            Duration waited = Duration.ofNanos(System.nanoTime() - begun);
            assertTrue(waited.toMillis() >= 1000, () -> "the caller had time to tell it itself, not " + waited);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999H", "2562048H", "600H", "99999999M"})
    void aTimeThatIsLongerThanAnyCallLivesEndsNone(String time) throws Exception {
        Target target = Target.parse("h2c://127.0.0.1:" + patient.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/a.B/C", with("grpc-timeout", time));
            assertTrue(patient.takeHead().contains("grpc-timeout: " + time + "\n"));

            caller.data(1, true, "now");

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
        }
    }

    @Test
    void theLongestTimeThatCallersMayAskForIsThatOfTheImport() throws Exception {
        path = CallPath.startLimited(Duration.ofMillis(300), silent.port());
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "POST", "/a.B/C", with("grpc-timeout", "99999999H"));

            assertEquals("4", status(caller, 1));
        }
    }

    @Test
    void aTimeThatCannotBeReadIsAnInternalError() throws Exception {
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, silent.port());
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "POST", "/a.B/C", with("grpc-timeout", "123456789S"));

            assertEquals("13", status(caller, 1));
            assertEquals(0, silent.headsHeard());
        }
    }

    @Test
    void aStreamOfGrpcMayBeQuietWhereAnotherCallHasNoMoreTime() throws Exception {
        Duration shortly = Duration.ofSeconds(1);
        Target target = Target.parse("h2c://127.0.0.1:" + patient.port());
        path = CallPath.start(
                new TestLimits().responseTimeout(shortly).idleTimeout(shortly).limits(),
                new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/a.B/C", GRPC);
            for (int stream = 3; stream <= 5; stream += 2) {
                caller.request(stream, true, "GET", "/");
                assertTrue(caller.fields(caller.hearOf(stream)).startsWith(":status: 504\n"));
            }

            caller.data(1, true, "now");

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
        }
    }

    private static String[] with(String name, String value) {
        String[] all = java.util.Arrays.copyOf(GRPC, GRPC.length + 2);
        all[GRPC.length] = name;
        all[GRPC.length + 1] = value;
        return all;
    }

    private static String status(Http2Talk caller, int stream) throws IOException {
        Http2Talk.Frame only = caller.hearOf(stream);
        assertTrue(only.ends());
        Matcher status = Pattern.compile("grpc-status: (\\d+)").matcher(caller.fields(only));
        assertTrue(status.find());
        return status.group(1);
    }
}
