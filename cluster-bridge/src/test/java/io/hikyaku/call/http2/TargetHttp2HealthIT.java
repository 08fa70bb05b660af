package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.HEADERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Services that take connections and do nothing with them.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetHttp2HealthIT {
    private static final int CALLS = 12;
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";

    private final Origin works = Origin.following(heard -> {
        Http2Talk service = heard.http2();
        while (true) {
            service.headers(service.hear(HEADERS).stream(), true, ":status", "204");
        }
    });

    private Origin broken;
    private CallPath path;

    private int start(String scheme, Origin service) {
        broken = service;
        path = CallPath.start(
                new TestLimits().connectTimeout(Duration.ofSeconds(2)).limits(),
                new ExportPort(
                        "main",
                        80,
                        Protocol.HTTP,
                        List.of(
                                Target.parse(scheme + "127.0.0.1:" + service.port()),
                                Target.parse("h2c://127.0.0.1:" + works.port()))));
        return path.port();
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.awaitQuiet();
        broken.close();
        works.close();
        path.close();
    }

    private int failuresOf(Conversation caller) throws IOException {
        int failures = 0;
        for (int i = 0; i < CALLS; i++) {
            String head = caller.say(GET).hearHead();
            if (!head.startsWith("HTTP/1.1 204 ")) {
                failures++;
                caller.hear(Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1")));
            }
        }
        return failures;
    }

    private double ejected() {
        return path.sum("hikyaku.targets.ejected");
    }

    @Test
    void aTargetThatClosesBeforeItsSettingsIsOutAfterTwoConnections() throws Exception {
        Origin closing = Origin.following(heard -> {});
        try (Conversation caller = Conversation.with(start("h2c://", closing))) {
            assertEquals(2, failuresOf(caller));
            assertEquals(1, ejected());
        }
    }

    @Test
    void aTargetThatSaysNothingIsOutAfterTwoConnections() throws Exception {
        Origin silent = Origin.following(heard -> heard.raw().hearGone());
        try (Conversation caller = Conversation.with(start("h2c://", silent))) {
            assertEquals(2, failuresOf(caller));
            assertEquals(1, ejected());
        }
    }

    /// Whoever can name a content type could else put it out for everybody.
    @Test
    void aPlainTargetThatHasNeverSpokenHttp2IsNotPutOutByCallsOfGrpc() throws Exception {
        Origin old = Origin.following(heard -> {});
        try (Http2Talk caller = Http2Talk.with(start("", old))) {
            for (int i = 0; i < CALLS; i++) {
                caller.request(1 + 2 * i, true, "POST", "/p.S/M", "content-type", "application/grpc");
                caller.hear(HEADERS);
            }
            assertTrue(old.connections() > 2, "connections: " + old.connections());
            assertEquals(0, ejected());
        }
    }
}
