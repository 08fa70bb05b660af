package io.hikyaku.link.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class SizeProbeTest {
    private final SizeProbe probe = new SizeProbe(new NodeId(1, 2));

    private int nextSize() {
        assertTrue(probe.isDue(true));
        return probe.next().length;
    }

    @Test
    void triesSmallerOnesAsLongAsTheyAreRefused() {
        // When
        int first = nextSize();
        probe.onAnswer(false);
        int second = nextSize();
        probe.onAnswer(true);

        // Then
        assertEquals(SizeProbe.SIZES[0], first);
        assertEquals(SizeProbe.SIZES[1], second);
        assertEquals(SizeProbe.SIZES[1], probe.limit());
        assertTrue(probe.isKnown());
        assertTrue(probe.isLimited());
    }

    @Test
    void isNotSentBeforeAPacketWaits() {
        assertFalse(probe.isDue(false));
    }

    @Test
    void endsAtTheSmallestWhateverTheBrokerSays() {
        // When
        for (int i = 0; i < SizeProbe.SIZES.length; i++) {
            nextSize();
            probe.onAnswer(false);
        }

        // Then
        assertTrue(probe.isKnown());
        assertEquals(SizeProbe.SIZES[SizeProbe.SIZES.length - 1], probe.limit());
    }

    @Test
    void packetsAreAsSmallAsCanBeUntilTheFirstAnswer() {
        // Given
        int before = probe.limit();

        // When
        nextSize();
        probe.onAnswer(true);

        // Then
        assertEquals(SizeProbe.SIZES[SizeProbe.SIZES.length - 1], before);
        assertEquals(SizeProbe.SIZES[0], probe.limit());
        assertFalse(probe.isLimited());
    }

    @Test
    void aPacketThatIsRefusedLaterLowersTheLimitAtOnceAndIsLookedInto() {
        // Given
        nextSize();
        probe.onAnswer(true);

        // When
        probe.onRefused(10_000);

        // Then
        assertEquals(8_192, probe.limit());
        assertFalse(probe.isKnown());
        assertEquals(8_192, nextSize());
    }

    @Test
    void isAPacketForNobody() {
        // When
        ByteBuf packet = Unpooled.wrappedBuffer(probe.next());

        // Then
        assertEquals(NodeId.NONE, Packet.destination(packet));
        assertEquals(packet.readableBytes() - Packet.HEADER_BYTES, Packet.checkedBodyLength(packet));
    }
}
