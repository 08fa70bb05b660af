package io.hikyaku.channel.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import org.junit.jupiter.api.Test;

class SegmentStreamTest {
    private final SegmentStream stream = new SegmentStream();

    private static Segment segment(int offset, int acknowledged, int... bytes) {
        byte[] plain = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            plain[i] = (byte) bytes[i];
        }
        return new Segment(1, 1, 1, offset, acknowledged, plain);
    }

    @Test
    void takesEachByteOnceHoweverPiecesOverlap() {
        assertTrue(stream.onSegment(segment(0, 0, 1, 2)));
        assertFalse(stream.onSegment(segment(0, 0, 1, 2)));
        assertTrue(stream.onSegment(segment(1, 0, 2, 3)));
        assertArrayEquals(new byte[] {1, 2, 3}, stream.takeArrived());
        assertFalse(stream.hasArrived());
        assertEquals(3, stream.received());
    }

    @Test
    void leavesOutAPieceBehindAGap() {
        assertFalse(stream.onSegment(segment(1, 0, 2)));
        assertEquals(0, stream.received());
    }

    @Test
    void cutsWhatItSendsIntoPiecesOfTheLargestSize() {
        // Given
        stream.append(new byte[SegmentStream.PIECE_BYTES + 1]);

        // When
        byte[] first = stream.nextPiece();
        byte[] second = stream.nextPiece();

        // Then
        assertEquals(SegmentStream.PIECE_BYTES, first.length);
        assertEquals(1, second.length);
        assertFalse(stream.hasMore());
    }

    @Test
    void sendsAgainFromWhatIsAcknowledgedAndNeverFromBefore() {
        // Given
        stream.append(new byte[] {1, 2, 3, 4});
        stream.nextPiece();
        stream.onSegment(segment(0, 3));
        stream.onSegment(segment(0, 1));

        // When
        stream.rewind();

        // Then
        assertEquals(3, stream.offset());
        assertArrayEquals(new byte[] {4}, stream.nextPiece());
        stream.onSegment(segment(0, 4));
        assertTrue(stream.allAcknowledged());
    }

    @Test
    void refusesAnAcknowledgementOfWhatWasNeverSent() {
        stream.append(new byte[] {1});
        assertThrows(Malformed.class, () -> stream.onSegment(segment(0, 2)));
    }

    @Test
    void holdsAsManyBytesAsAHandshakeMayHaveAndNotOneMore() {
        assertTrue(stream.append(new byte[HandshakeFrame.MAX_STREAM_BYTES]));
        assertFalse(stream.append(new byte[1]));
    }
}
