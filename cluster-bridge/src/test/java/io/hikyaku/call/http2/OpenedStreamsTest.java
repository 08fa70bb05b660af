package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import org.junit.jupiter.api.Test;

class OpenedStreamsTest {
    private final OpenedStreams streams = OpenedStreams.ofCaller();

    private void head(int id) {
        assertDoesNotThrow(() -> streams.onHead(id));
    }

    private Http2Error refused(int id) {
        return assertThrows(Http2Exception.class, () -> streams.onHead(id)).error();
    }

    @Test
    void aLowerNumberThatWasNeverOpenedIsAnError() {
        head(1);
        head(7);

        assertEquals(Http2Error.PROTOCOL_ERROR, refused(5));
    }

    @Test
    void aStreamThatItsCallerHasEndedTakesNoMoreHeads() {
        head(1);
        streams.onClosed(1, true);

        assertEquals(Http2Error.STREAM_CLOSED, refused(1));
    }

    @Test
    void targetsAnswerOnlyWhatWasOpened() {
        OpenedStreams toTarget = OpenedStreams.toTarget();
        toTarget.onOpened(3);
        toTarget.onOpened(5);
        toTarget.onClosed(3, true);
        toTarget.onClosed(5, false);
        toTarget.onUnreadableHead(7);

        assertTrue(toTarget.mayCross(5));
        assertDoesNotThrow(() -> toTarget.onHead(5));
        for (int never : new int[] {1, 2, 4, 7}) {
            assertEquals(
                    Http2Error.PROTOCOL_ERROR,
                    assertThrows(Http2Exception.class, () -> toTarget.onHead(never))
                            .error());
        }
        assertEquals(
                Http2Error.STREAM_CLOSED,
                assertThrows(Http2Exception.class, () -> toTarget.onHead(3)).error());
    }

    @Test
    void trailersMayCrossWithAReset() {
        head(1);
        streams.onClosed(1, false);
        head(3);

        head(1);
    }

    @Test
    void framesMayCrossWithAResetUntilTheCallersLast() {
        head(1);
        streams.onClosed(1, false);

        assertTrue(streams.mayCross(1));
        streams.onLastFrame(1);
        assertFalse(streams.mayCross(1));
    }

    @Test
    void framesMayFollowAHeadThatCouldNotBeRead() {
        streams.onUnreadableHead(3);

        assertTrue(streams.mayCross(3));
        assertEquals(Http2Error.PROTOCOL_ERROR, refused(1));
        assertFalse(streams.mayCross(5));
    }

    @Test
    void nothingFollowsOnAStreamThatItsCallerHasEnded() {
        head(1);
        streams.onClosed(1, true);

        assertFalse(streams.mayCross(1));
    }

    @Test
    void whatLiesTooFarBackIsNotJudged() {
        head(1);
        streams.onClosed(1, true);
        for (int id = 3; id <= 513; id += 2) {
            head(id);
        }

        head(1);
        assertEquals(
                Http2Error.PROTOCOL_ERROR,
                assertThrows(Http2Exception.class, () -> {
                            head(601);
                            streams.onHead(599);
                        })
                        .error());
    }
}
