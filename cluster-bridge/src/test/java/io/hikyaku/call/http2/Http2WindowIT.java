package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.DATA;
import static io.hikyaku.call.Http2Talk.GOAWAY;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.PING;
import static io.hikyaku.call.Http2Talk.WINDOW_UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.NoLeaks;
import io.hikyaku.call.Origin;
import io.hikyaku.call.SilentStream;
import io.hikyaku.config.CallLimits;
import io.hikyaku.config.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// How much a caller's connection may send that nobody takes.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class Http2WindowIT {
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int SMALLEST = 65_535;
    private static final int WIDE = 1024 * 1024;

    private CallPath path;

    @BeforeEach
    void start() {
        path = CallPath.startBare(Protocol.HTTP, CallLimits.DEFAULTS);
        path.candidates((shard, own) -> List.of(CallPath.to("osaka", (metadata, handler) -> {
            metadata.release();
            return new SilentStream(false);
        })));
    }

    @AfterEach
    void everythingIsReturned() {
        path.awaitQuiet();
        path.await("nothing reserved", () -> path.budget().reserved() == 0);
        path.close();
    }

    private static void send(Http2Talk caller, int stream, int bytes) throws IOException {
        for (int left = bytes; left > 0; left -= 16 * 1024) {
            caller.frame(DATA, 0, stream, new byte[Math.min(left, 16 * 1024)]);
        }
    }

    /// What the connection's window has grown by when a PING is answered that was sent now.
    private static int windowGiven(Http2Talk caller) throws IOException {
        int given = 0;
        caller.frame(PING, 0, 0, new byte[8]);
        for (Frame frame = caller.hear(); frame.type() != PING; frame = caller.hear()) {
            boolean ofConnection = frame.type() == WINDOW_UPDATE && frame.stream() == 0;
            given += ofConnection ? ByteBuffer.wrap(frame.payload()).getInt() : 0;
        }
        return given;
    }

    @Test
    void aConnectionThatNobodyHoldsUpReservesNothing() throws Exception {
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/");
            send(caller, 1, SMALLEST / 2);

            assertEquals(0, windowGiven(caller));
            assertEquals(0, path.budget().reserved());
        }
    }

    @Test
    void bodiesThatWaitGetTheConnectionAWiderWindowWhichIsReservedWhileItLives() throws Exception {
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/");
            send(caller, 1, SMALLEST / 2 + 1);

            assertEquals(WIDE - SMALLEST, windowGiven(caller));
            assertEquals(WIDE - SMALLEST, path.budget().reserved());
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
        assertTrue(path.budget().tryReserve(half));
        try (Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, false, "POST", "/");
            send(caller, 1, SMALLEST);
            assertEquals(0, windowGiven(caller));

            send(caller, 1, 1);

            assertEquals(FLOW_CONTROL_ERROR, caller.hear(GOAWAY).error());
            assertEquals(half, path.budget().reserved());
        }
        path.budget().release(half);
    }
}
