package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.ReceiveWindow.Place;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReceiveWindowTest {
    private static ByteBuf bytes(int count) {
        return Unpooled.buffer(count).writeZero(count);
    }

    @Test
    void keepsAPacketAtTheEdgeOfTheWindowAndNoneBeyond() {
        ReceiveWindow window = new ReceiveWindow(4, 1000);
        assertEquals(Place.NEXT, window.placeOf(0));
        assertEquals(Place.EARLY, window.placeOf(3));
        assertEquals(Place.OUTSIDE, window.placeOf(4));
        assertEquals(Place.OUTSIDE, window.placeOf(Long.MAX_VALUE));
    }

    @Test
    void sequencesOfTheNegativeHalfAreNotNew() {
        assertEquals(Place.DUPLICATE, new ReceiveWindow(4, 1000).placeOf(-1));
        assertEquals(Place.DUPLICATE, new ReceiveWindow(4, 1000).placeOf(Long.MIN_VALUE));
    }

    @Test
    void takesNoMoreEarlyPacketsOnceItsBytesAreReached() {
        // Given
        ReceiveWindow window = new ReceiveWindow(100, 10);
        window.keep(1, bytes(9));
        assertEquals(Place.EARLY, window.placeOf(2));

        // When
        window.keep(2, bytes(1));

        // Then
        assertEquals(Place.OUTSIDE, window.placeOf(3));
        assertEquals(Place.NEXT, window.placeOf(0));
        window.release();
    }

    @Test
    void aPacketOfWindowOneIsTheNextOrNone() {
        ReceiveWindow window = new ReceiveWindow(1, 10);
        assertEquals(Place.NEXT, window.placeOf(0));
        assertEquals(Place.OUTSIDE, window.placeOf(1));
    }

    @Test
    void givesBackWhatItKeptInOrderAndThenHasNoGap() {
        // Given
        ReceiveWindow window = new ReceiveWindow(10, 1000);
        ByteBuf second = bytes(2);
        ByteBuf first = bytes(1);
        window.keep(2, second);
        window.keep(1, first);
        assertEquals(Place.DUPLICATE, window.placeOf(1));
        assertTrue(window.hasGap());

        // When // Then
        assertSame(first, window.advance());
        assertSame(second, window.advance());
        assertNull(window.advance());
        assertFalse(window.hasGap());
        assertEquals(3, window.next());
        assertEquals(Place.DUPLICATE, window.placeOf(2));
        first.release();
        second.release();
    }

    @Test
    void bytesGivenBackMakeRoom() {
        // Given
        ReceiveWindow window = new ReceiveWindow(100, 10);
        window.keep(1, bytes(10));
        assertEquals(Place.OUTSIDE, window.placeOf(3));

        // When
        Objects.requireNonNull(window.advance()).release();

        // Then
        assertEquals(Place.EARLY, window.placeOf(3));
    }

    @Test
    void releasesWhatItKept() {
        // Given
        ReceiveWindow window = new ReceiveWindow(10, 1000);
        ByteBuf kept = bytes(5);
        window.keep(5, kept);

        // When
        window.release();

        // Then
        assertNotNull(kept);
        assertEquals(0, kept.refCnt());
        assertFalse(window.hasGap());
    }
}
