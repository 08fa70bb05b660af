package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.TestLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Callers that have calls cancelled faster than those end at their service. The nested classes are rows of
/// docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp2CancelIT {
    private static final int MAX_STREAMS = 4;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private final BlockingQueue<Far> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<Far> cancelled = new LinkedBlockingQueue<>();
    private CallPath path;

    /// A stream to a far side that says nothing, and hears of a cancellation when the test says so.
    private final class Far implements Stream {
        private final int shard;
        private Runnable heard = () -> {};

        Far(int shard) {
            this.shard = shard;
        }

        void hear() {
            path.loops().loop(shard).submit(heard).syncUninterruptibly();
        }

        @Override
        public void write(ByteBuf data) {
            data.release();
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void end() {}

        @Override
        public void reset(ResetCode code, String detail) {
            throw new AssertionError("a reset of which nobody knows when it is heard");
        }

        @Override
        public void reset(ResetCode code, String detail, Runnable told) {
            heard = told;
            cancelled.add(this);
        }

        @Override
        public void stopSending() {}

        @Override
        public void consumed(int bytes) {}

        @Override
        public boolean requireWindow(int bytes) {
            return true;
        }
    }

    @BeforeEach
    void start() {
        path = CallPath.startBare(
                Protocol.HTTP, new TestLimits().maxStreams(MAX_STREAMS).limits());
        path.candidates((shard, own) -> List.of(CallPath.to("osaka", (metadata, handler) -> {
            metadata.release();
            Far stream = new Far(shard);
            opened.add(stream);
            return stream;
        })));
    }

    @AfterEach
    void everythingIsReturned() {
        path.awaitQuiet();
        path.close();
    }

    private static Far next(BlockingQueue<Far> queue) throws InterruptedException {
        Far stream = queue.poll(60, TimeUnit.SECONDS);
        assertNotNull(stream, "nothing came");
        return stream;
    }

    /// As many calls as there may be, on streams 1, 3, 5, 7.
    private void fill(Http2Talk caller) throws Exception {
        for (int i = 0; i < MAX_STREAMS; i++) {
            caller.request(1 + 2 * i, false, "POST", "/");
            next(opened);
        }
    }

    private static void assertRefused(Http2Talk caller, int stream) throws IOException {
        Frame refused = caller.request(stream, true, "GET", "/").hear(RST_STREAM);
        assertEquals(stream, refused.stream());
        assertEquals(REFUSED_STREAM, refused.error());
    }

    private void assertTaken(Http2Talk caller, int stream) throws Exception {
        caller.request(stream, true, "GET", "/");
        next(opened);
    }

    @Nested
    class B5 {
        @Test
        void aCancelledStreamKeepsItsPlaceUntilTheFarSideHasHeardOfIt() throws Exception {
            try (Http2Talk caller = Http2Talk.with(path.port())) {
                fill(caller);
                caller.reset(1, CANCEL);
                Far first = next(cancelled);
                assertRefused(caller, 9);

                first.hear();

                assertTaken(caller, 11);
                assertRefused(caller, 13);
            }
        }

        @Test
        void whatIsHeardAfterTheConnectionIsGoneDoesNoHarm() throws Exception {
            try (Http2Talk caller = Http2Talk.with(path.port())) {
                fill(caller);
            }
            for (int i = 0; i < MAX_STREAMS; i++) {
                next(cancelled).hear();
            }
        }
    }

    @Nested
    class B6 {
        @Test
        void aStreamThatWeAreMadeToResetKeepsItsPlaceToo() throws Exception {
            try (Http2Talk caller = Http2Talk.with(path.port())) {
                fill(caller);
                caller.window(3, Integer.MAX_VALUE);
                assertEquals(FLOW_CONTROL_ERROR, caller.hear(RST_STREAM).error());
                Far second = next(cancelled);
                assertRefused(caller, 9);

                second.hear();

                assertTaken(caller, 11);
            }
        }
    }
}
