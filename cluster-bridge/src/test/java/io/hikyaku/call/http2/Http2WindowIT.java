package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.END_STREAM;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.PING;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.Http2Talk.WINDOW_UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.Origin;
import io.hikyaku.call.SilentStream;
import io.hikyaku.call.http2.server.RequestWindow;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// How much of a caller's requests may be sent that nobody takes: each has a window of its own, reserved in the
/// budget.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class Http2WindowIT {
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int PIECE = 8 * 1024;
    /// What a request has reserved that has sent as much as it may: its window, and its bytes as long as they could
    /// be sent again elsewhere.
    private static final int WAITING = 2 * RequestWindow.FIRST;

    /// Streams to the exporter that take nothing, by the order in which they are opened; the others take all.
    private final AtomicInteger unread = new AtomicInteger(1);

    private CallPath path;

    @BeforeEach
    void start() {
        path = CallPath.startBare(Protocol.HTTP, CallLimits.DEFAULTS);
        path.candidates((shard, own) -> List.of(CallPath.to("osaka", (metadata, handler) -> {
            metadata.release();
            return new SilentStream(unread.getAndDecrement() <= 0);
        })));
    }

    @AfterEach
    void everythingIsReturned() {
        path.awaitQuiet();
        path.await("nothing reserved", () -> path.budget().reserved() == 0);
        path.close();
    }

    /// Connected, and the bridge knows that its settings are known.
    private Http2Talk connected() throws IOException {
        Http2Talk caller = Http2Talk.with(path.port());
        caller.frame(PING, 0, 0, new byte[8]);
        caller.hear(PING);
        return caller;
    }

    private static void send(Http2Talk caller, int stream, int bytes) throws IOException {
        for (int left = bytes; left > 0; left -= PIECE) {
            caller.frame(DATA, 0, stream, new byte[Math.min(left, PIECE)]);
        }
    }

    /// Sends as a caller does: no more than it has window for.
    private static void sendAsAllowed(Http2Talk caller, int stream, int bytes) throws IOException {
        int window = RequestWindow.FIRST;
        for (int left = bytes; left > 0; left -= PIECE) {
            while (window < PIECE) {
                Frame given = caller.hear(WINDOW_UPDATE);
                window += given.stream() == stream
                        ? ByteBuffer.wrap(given.payload()).getInt()
                        : 0;
            }
            caller.frame(DATA, 0, stream, new byte[PIECE]);
            window -= PIECE;
        }
    }

    @Test
    void aRequestWithABodyReservesItsWindowAndOneWithoutNothing() throws Exception {
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/").request(3, true, "GET", "/");
            send(caller, 1, RequestWindow.FIRST);
            path.await("both calls", () -> path.sum("hikyaku.calls.in.flight") == 2);

            path.await("one reservation", () -> path.budget().reserved() == WAITING);
        }
    }

    @Test
    void aRequestThatHasEndedKeepsNoWindow() throws Exception {
        unread.set(0);
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/");
            caller.frame(DATA, END_STREAM, 1, new byte[PIECE]);
            path.await("the call", () -> path.sum("hikyaku.calls.in.flight") == 1);

            path.await(
                    "its bytes alone, which could be sent again",
                    () -> path.budget().reserved() == PIECE);
        }
    }

    @Test
    void aRequestThatWaitsHoldsBackNoOtherOfItsConnection() throws Exception {
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/");
            send(caller, 1, RequestWindow.FIRST);
            caller.request(3, false, "POST", "/");

            sendAsAllowed(caller, 3, 4 * 1024 * 1024);

            path.await("one window grown", () -> path.budget().reserved() == WAITING + RequestWindow.GROWN);
        }
    }

    @Test
    void manyRequestsThatWaitHoldBackNoOtherOfTheirConnection() throws Exception {
        unread.set(200);
        try (Http2Talk caller = connected()) {
            for (int stream = 1; stream < 400; stream += 2) {
                caller.request(stream, false, "POST", "/");
                send(caller, stream, RequestWindow.FIRST);
            }
            caller.request(401, false, "POST", "/");

            sendAsAllowed(caller, 401, 1024 * 1024);

            assertTrue(path.budget().reserved() <= 200 * WAITING + RequestWindow.GROWN);
        }
    }

    @Test
    void aRequestBeyondItsWindowIsReset() throws Exception {
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/");
            send(caller, 1, RequestWindow.FIRST);
            caller.frame(DATA, 0, 1, new byte[1]);

            assertEquals(FLOW_CONTROL_ERROR, caller.hear(RST_STREAM).error());
        }
    }

    /// Each DATA gives window twice: for its stream and for the connection.
    @Test
    void aLongAnswerThroughASmallWindowIsNoFlood() throws Exception {
        String body = "x".repeat(16 * 1024 * 1024);
        try (Origin origin =
                        Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                CallPath own = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
                Http2Talk caller = Http2Talk.with(own.port())) {
            caller.request(1, true, "GET", "/").hear(HEADERS);

            assertEquals(body.length(), caller.hearBody(1).length());
            caller.close();
            own.awaitQuiet();
        }
    }

    @Test
    void withoutSpareMemoryTheWindowStaysTheSmallest() throws Exception {
        long half = path.budget().total() / 2;
        unread.set(0);
        assertTrue(path.budget().tryReserve(half));
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/");
            sendAsAllowed(caller, 1, 1024 * 1024);

            path.await(
                    "no more than the smallest window", () -> path.budget().reserved() == half + RequestWindow.FIRST);
        }
        path.budget().release(half);
    }

    @Test
    void withoutMemoryARequestWithABodyIsRefusedAndOneWithoutGoesOn() throws Exception {
        long all = path.budget().total() - RequestWindow.FIRST + 1;
        assertTrue(path.budget().tryReserve(all));
        try (Http2Talk caller = connected()) {
            caller.request(1, false, "POST", "/");
            assertTrue(caller.fields(caller.hear(HEADERS)).contains(":status: 503"));

            caller.request(3, true, "GET", "/");

            path.await("the call", () -> path.sum("hikyaku.calls.in.flight") == 1);
            path.await("nothing more reserved", () -> path.budget().reserved() == all);
        }
        path.budget().release(all);
    }
}
