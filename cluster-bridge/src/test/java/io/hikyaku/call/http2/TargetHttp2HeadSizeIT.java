package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Services that say how large heads may be, and requests that are larger: such a service may end the connection over
/// one, and with it the calls of others.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetHttp2HeadSizeIT {
    private static final int MAX_HEADER_LIST_SIZE = 6;
    private static final int CANCEL = 8;
    /// Room for what bridges add to the head of a small request.
    private static final int LIMIT = 1000;

    private Origin origin;
    private CallPath path;

    private interface Script {
        void follow(Http2Talk talk) throws Exception;
    }

    private int start(Script script) {
        origin = Origin.following(heard -> script.follow(heard.http2(MAX_HEADER_LIST_SIZE, LIMIT)));
        Target target = Target.parse("h2c://127.0.0.1:" + origin.port());
        path = CallPath.start(CallLimits.DEFAULTS, new ExportPort("main", 80, Protocol.HTTP, List.of(target)));
        return path.port();
    }

    private static void answer(Http2Talk service) throws IOException {
        Frame request = service.hear(HEADERS);
        String fields = service.fields(request);
        assertTrue(fields.contains(":path: /small\n"), fields);
        service.headers(request.stream(), true, ":status", "204");
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    @Test
    void aLargerHeadIsRefusedAndTheServiceIsNotTold() throws Exception {
        try (Conversation caller = Conversation.with(start(service -> {
            answer(service);
            answer(service);
            service.hearsEnd();
        }))) {
            assertTrue(caller.say("GET /small HTTP/1.1\r\nHost: o\r\n\r\n")
                    .hearHead()
                    .startsWith("HTTP/1.1 204 "));
            caller.say("GET /large HTTP/1.1\r\nHost: o\r\nX: " + "y".repeat(LIMIT) + "\r\n\r\n");

            String refusal = caller.hearHead();

            assertTrue(refusal.startsWith("HTTP/1.1 431 "), refusal);
            assertTrue(refusal.contains("error=http_request_error\r\n"), refusal);
            caller.hear(Integer.parseInt(refusal.replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1")));
            assertTrue(caller.say("GET /small HTTP/1.1\r\nHost: o\r\n\r\n")
                    .hearHead()
                    .startsWith("HTTP/1.1 204 "));
            assertEquals(1, origin.connections());
        }
    }

    @Test
    void largerTrailersEndTheCall() throws Exception {
        try (Conversation caller = Conversation.with(start(service -> {
            service.hear(HEADERS);
            assertEquals(CANCEL, service.hear(RST_STREAM).error());
        }))) {
            caller.say("POST /small HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX: "
                    + "y".repeat(LIMIT) + "\r\n\r\n");

            assertTrue(caller.hearHead().startsWith("HTTP/1.1 431 "));
        }
        assertEquals("done", origin.takeEnding());
    }

    @Test
    void callersOfGrpcGetAStatus() throws Exception {
        try (Http2Talk caller = Http2Talk.with(start(Http2Talk::hearsEnd))) {
            caller.request(1, true, "POST", "/p.S/M", "content-type", "application/grpc", "x", "y".repeat(LIMIT));

            String status = caller.fields(caller.hearOf(1));

            assertTrue(status.contains("grpc-status: 8\n"), status);
        }
    }
}
