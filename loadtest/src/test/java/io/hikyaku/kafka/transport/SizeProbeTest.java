package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SizeProbeTest {
    private final AtomicLong nanos = new AtomicLong();
    private final SizeProbe probe = new SizeProbe(new NodeId(1, 2), nanos::get);

    private int nextSize() {
        assertTrue(probe.isDue(true, false));
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
        assertTrue(probe.troubleOf("topic").isPresent());
    }

    @Test
    void isNotSentBeforeAPacketWaits() {
        assertFalse(probe.isDue(false, false));
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
        assertTrue(probe.troubleOf("topic").isEmpty());
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
    void aLimitIsLookedAtAgainAfterAMinute() {
        // Given
        nextSize();
        probe.onAnswer(false);
        nextSize();
        probe.onAnswer(true);
        boolean before = probe.isDue(false, false);

        // When
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        // Then
        assertFalse(before);
        assertTrue(probe.isDue(false, false));
        assertEquals(SizeProbe.SIZES[0], probe.next().length);
    }

    @Test
    void oneThatIsLostSaysNothingAndIsSentAgainAfterAPause() {
        // When
        int first = nextSize();
        probe.onNoAnswer();
        boolean atOnce = probe.isDue(true, true);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        // Then
        assertFalse(atOnce);
        assertFalse(probe.isKnown());
        assertEquals(first, nextSize());
    }

    @Test
    void isSentAgainOnceAMinuteWhileTheLinkIsDown() {
        // Given
        nextSize();
        probe.onAnswer(true);
        boolean atOnce = probe.isDue(false, true);

        // When
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        // Then
        assertFalse(atOnce);
        assertTrue(probe.isDue(false, true));
        assertFalse(new SizeProbe(new NodeId(1, 2), nanos::get).isDue(false, false));
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
