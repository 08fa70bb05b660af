package io.hikyaku.call.http;

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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Interim answers (RFC 9110 §15.2): how many may come, and that they settle nothing.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class InterimAnswersIT {
    private static final int MANY = 1000;
    private static final String GET = "GET / HTTP/1.1\r\nHost: o\r\n\r\n";
    private static final int FIRST = 3;

    private Origin origin;
    private CallPath path;

    enum Version {
        HTTP_1_1,
        HTTP_2
    }

    private final CountDownLatch heard = new CountDownLatch(1);

    private int start(CallLimits limits, Version of, int interims, String last) {
        if (of == Version.HTTP_1_1) {
            origin = Origin.following(service -> {
                service.head();
                service.say("HTTP/1.1 102 Processing\r\n\r\n".repeat(interims) + last);
                heard.await();
            });
            path = CallPath.start(Protocol.HTTP, limits, origin.port());
        } else {
            origin = Origin.following(service -> {
                Http2Talk talk = service.http2();
                talk.hear(Http2Talk.HEADERS);
                for (int i = 0; i < interims; i++) {
                    talk.headers(FIRST, false, ":status", "102");
                }
                if (!last.isEmpty()) {
                    talk.headers(FIRST, true, ":status", "200");
                }
                heard.await();
            });
            Target target = Target.parse("h2c://127.0.0.1:" + origin.port());
            path = CallPath.start(limits, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        }
        return path.port();
    }

    @AfterEach
    void everythingIsReturned() throws Exception {
        path.closeAfter(origin);
    }

    @ParameterizedTest
    @EnumSource
    void aThousandReachACallerInHttp11(Version service) throws Exception {
        int port = start(CallLimits.DEFAULTS, service, MANY, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        try (Conversation caller = Conversation.with(port)) {
            caller.say(GET);
            for (int i = 0; i < MANY; i++) {
                assertTrue(caller.hearHead().startsWith("HTTP/1.1 102 "));
            }

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
            heard.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandReachACallerInHttp2(Version service) throws Exception {
        int port = start(CallLimits.DEFAULTS, service, MANY, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        try (Http2Talk caller = Http2Talk.with(port)) {
            caller.request(1, true, "GET", "/");
            for (int i = 0; i < MANY; i++) {
                assertEquals(":status: 102\n", caller.fields(caller.hearOf(1)));
            }

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
            heard.countDown();
        }
    }

    @Test
    void aCallerInHttp10GetsTheLastAlone() throws Exception {
        int port = start(CallLimits.DEFAULTS, Version.HTTP_1_1, MANY, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        try (Conversation caller = Conversation.with(port)) {
            caller.say("GET / HTTP/1.0\r\nHost: o\r\n\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 200 "));
            heard.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneMoreIsAFlood(Version service) throws Exception {
        int port = start(CallLimits.DEFAULTS, service, MANY + 1, "");
        try (Conversation caller = Conversation.with(port)) {
            caller.say(GET);

            assertTrue(lastOf(caller).startsWith("HTTP/1.1 502 "));
            heard.countDown();
        }
    }

    /// The first head that is not of an interim answer.
    private static String lastOf(Conversation caller) throws Exception {
        String head = caller.hearHead();
        while (head.startsWith("HTTP/1.1 1")) {
            head = caller.hearHead();
        }
        return head;
    }

    @Test
    void manyBytesOfThemAreAFlood() throws Exception {
        String large = "HTTP/1.1 103 Early Hints\r\nLink: " + "x".repeat(60_000) + "\r\n\r\n";
        origin = Origin.following(service -> {
            service.head();
            while (heard.getCount() > 0) {
                service.say(large);
            }
        });
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say(GET);

            assertTrue(lastOf(caller).startsWith("HTTP/1.1 502 "));
            heard.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceThatSaysNothingAfterOneIsTooSlow(Version service) throws Exception {
        CallLimits limits =
                new TestLimits().responseTimeout(Duration.ofSeconds(3)).limits();
        int port = start(limits, service, 1, "");
        try (Conversation caller = Conversation.with(port)) {
            caller.say(GET);

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 102 "));
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 504 "));
            heard.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceThatLeavesAfterOneIsABadGateway(Version service) throws Exception {
        int port = start(CallLimits.DEFAULTS, service, 1, "");
        try (Conversation caller = Conversation.with(port)) {
            caller.say(GET);
            assertTrue(caller.hearHead().startsWith("HTTP/1.1 102 "));

            heard.countDown();

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 502 "));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceThatLeavesAfterOneIsABadGatewayToACallerInHttp2(Version service) throws Exception {
        int port = start(CallLimits.DEFAULTS, service, 1, "");
        try (Http2Talk caller = Http2Talk.with(port)) {
            caller.request(1, true, "GET", "/");
            assertEquals(":status: 102\n", caller.fields(caller.hearOf(1)));

            heard.countDown();

            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 502\n"));
        }
    }
}
