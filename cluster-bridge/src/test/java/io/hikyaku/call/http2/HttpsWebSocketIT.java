package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.HEADERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestAuthority;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.net.WebSocketExample;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets to services behind TLS, which choose their version of HTTP.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpsWebSocketIT {
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    private final TestAuthority authority = new TestAuthority();

    @TempDir
    private Path folder;

    private Origin origin;
    private CallPath path;

    /// A service that chooses by ALPN among these.
    private Conversation call(Origin.Script script, String... protocols) throws IOException {
        origin = Origin.following(authority.server(authority.issue("service.example"), false, protocols), script);
        Target target = Target.parse("https://127.0.0.1:" + origin.port());
        TargetTls tls = new TargetTls(
                Optional.of(authority.write(folder)),
                Optional.of("service.example"),
                Optional.empty(),
                Optional.empty());
        path = CallPath.start(
                CallLimits.DEFAULTS,
                new ExportPort("main", 80, Protocol.HTTP, List.of(target), Optional.of(tls), TargetHost.KEEP));
        return Conversation.with(path.port());
    }

    private static void openInHttp1(Origin.Heard service) throws IOException {
        assertTrue(service.head().startsWith("GET /chat HTTP/1.1\r\n"));
        service.say(WebSocketExample.OPENED + "hello");
        service.raw().hearGone();
    }

    private static void answerInHttp2(Http2Talk service) throws IOException {
        service.headers(service.hear(HEADERS).stream(), true, ":status", "204");
    }

    private static void assertOpens(Conversation caller) throws IOException {
        String head = caller.say(WebSocketExample.opening("/chat", "orders")).hearHead();
        assertTrue(head.startsWith("HTTP/1.1 101 "), head);
        assertEquals("hello", caller.hear(5));
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void aServiceThatKnowsHttp2AloneGetsAConnect() throws Exception {
        try (Conversation caller = call(
                heard -> {
                    Http2Talk service = heard.http2(ENABLE_CONNECT_PROTOCOL, 1);
                    Frame request = service.hear(HEADERS);
                    String fields = service.fields(request);
                    assertTrue(fields.startsWith(":method: CONNECT\n:path: /chat\n:scheme: https\n"), fields);
                    service.headers(request.stream(), false, ":status", "200").data(request.stream(), false, "hello");
                    assertEquals("bye", service.hearBody(request.stream()));
                    service.data(request.stream(), true, "");
                },
                "h2")) {
            assertOpens(caller);
            caller.say("bye").sayEnd();
            assertEquals("", caller.hearAll());
            assertEquals("done", origin.takeEnding());
        }
    }

    @Test
    void aServiceThatTakesNoneInHttp2IsAskedInHttp11() throws Exception {
        try (Conversation caller = call(
                heard -> {
                    if (heard.protocol().equals("h2")) {
                        answerInHttp2(heard.http2()); // another call, and never a CONNECT
                    } else {
                        openInHttp1(heard);
                    }
                },
                "h2",
                "http/1.1")) {
            assertOpens(caller);
            try (Conversation other = Conversation.with(path.port())) {
                assertTrue(other.say("GET / HTTP/1.1\r\nHost: orders\r\n\r\n")
                        .hearHead()
                        .startsWith("HTTP/1.1 204 "));
            }
        }
    }

    @Test
    void aServiceThatKnowsHttp11AloneIsAskedAtOnce() throws Exception {
        try (Conversation caller = call(HttpsWebSocketIT::openInHttp1, "http/1.1")) {
            assertOpens(caller);
            assertEquals(1, origin.connections());
        }
    }
}
