package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// How a caller's HTTP/2 connection ends when the bridge stops.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class Http2DrainIT {
    @Test
    void aConnectionThatDrainsFinishesItsCalls() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Origin origin = Origin.following(heard -> {
                    heard.head();
                    answer.await();
                    heard.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                });
                CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
                Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "GET", "/");
            origin.takeHead();

            path.listener().drain();

            assertEquals(Integer.MAX_VALUE, lastStream(caller.hear(Http2Talk.GOAWAY)), "streams may be under way");
            assertEquals(1, lastStream(caller.hear(Http2Talk.GOAWAY)));
            answer.countDown();
            assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: 200\n"));
            assertEquals("late", caller.hearBody(1));
            assertTrue(caller.hearsEnd());
            path.awaitQuiet();
        }
    }

    @Test
    void aConnectionWithoutCallsIsClosed() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 204 No Content\r\n\r\n");
                CallPath path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
                Http2Talk caller = Http2Talk.with(path.port())) {
            caller.request(1, true, "GET", "/");
            assertTrue(caller.hearOf(1).ends());

            path.listener().drain();

            assertEquals(Integer.MAX_VALUE, lastStream(caller.hear(Http2Talk.GOAWAY)));
            assertTrue(caller.hearsEnd());
            path.awaitQuiet();
        }
    }

    private static int lastStream(Http2Talk.Frame goAway) {
        return ByteBuffer.wrap(goAway.payload()).getInt();
    }
}
