package io.hikyaku.stream;

import static io.hikyaku.stream.ScriptedPeer.SOON;
import static io.hikyaku.stream.ScriptedPeer.data;
import static io.hikyaku.stream.ScriptedPeer.open;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A [StreamMux] against a peer that breaks the protocol or asks for too much.
class HostilePeerTest extends MuxBesideAScript {
    private void assertClosedBothWays(CloseCode code, Recorder... streams) {
        peer.time.await("close", SOON, () -> peer.closed != null);
        assertEquals(code, Objects.requireNonNull(peer.closed).code());
        assertTrue(peer.near.open().isEmpty());
        for (Recorder stream : streams) {
            assertEquals(ResetCode.CHANNEL_LOST, stream.reset);
        }
        assertEquals(0, peer.streams.open());
        assertEquals(0, peer.budget.reserved());
    }

    @Test
    void dataBeyondTheCreditOfAStreamEndsTheChannel() {
        // Given
        Recorder bystander = opens();
        peer.acceptor = (stream, metadata) -> {
            Recorder recorder = new Recorder(stream);
            recorder.hold = true;
            return recorder;
        };
        peer.says(open(1));
        for (int i = 0; i < 17; i++) {
            peer.says(data(1, 16_000));
        }

        // When
        peer.time.run(Duration.ofMillis(1));
        peer.says(data(1, 16_000));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL, bystander, peer.accepted.getFirst());
        assertTrue(peer.accepted.getFirst().received.size() <= 256 * 1024);
    }

    @Test
    void streamsForWhichThereIsNoMemoryAreRefusedAndTheirBytesDropped() {
        // Given streams that each keep within their own credit
        peer.acceptor = (stream, metadata) -> {
            Recorder recorder = new Recorder(stream);
            recorder.hold = true;
            return recorder;
        };

        // When
        for (int i = 0; i < 2000; i++) {
            peer.says(open(2 * i + 1), data(2 * i + 1, 15_000));
        }
        peer.time.run(SOON);

        // Then
        assertNull(peer.closed);
        assertTrue(peer.budget.reserved() <= ChannelLimits.DEFAULTS.window().bytes());
        int refused = peer.heard(StreamFrame.Reset.class).size();
        assertTrue(refused > 900, () -> refused + " refused");
        assertEquals(2000 - refused, peer.accepted.size());
        assertTrue(peer.heard(StreamFrame.Reset.class).stream().allMatch(reset -> reset.code() == ResetCode.REFUSED));
    }

    @Test
    void dataAfterTheEndEndsTheChannel() {
        // Given
        Recorder caller = opens();
        peer.says(new StreamFrame.End(0));

        // When
        peer.says(data(0, 1));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL);
        assertTrue(caller.ended);
    }

    @Test
    void aStreamOpenedUnderAnIdOfTheOtherSideEndsTheChannel() {
        // When
        peer.says(open(2));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL);
    }

    @Test
    void aStreamOpenedTwiceEndsTheChannel() {
        // Given
        peer.says(open(1));
        peer.time.run(SOON);

        // When
        peer.says(open(1));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL, peer.accepted.getFirst());
    }

    @Test
    void streamIdsMayBeLeftOutButNotUsedLater() {
        // Given
        peer.says(open(7));
        peer.time.run(SOON);
        assertEquals(1, peer.accepted.size());
        assertNull(peer.closed);

        // When
        peer.says(open(5));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL, peer.accepted.getFirst());
    }

    @Test
    void aFrameForAStreamThatNeverWasEndsTheChannel() {
        // When
        peer.says(new StreamFrame.Credit(0, 1));

        // Then
        assertClosedBothWays(CloseCode.PROTOCOL);
    }

    @Test
    void aFloodOfOpensWhoseRefusalsAreNotTakenEndsTheChannel() {
        // Given a peer that never acknowledges, so that answers pile up
        ScriptedPeer flooding = new ScriptedPeer(
                        near, far, limits(ChannelLimits.DEFAULTS.reorderWindow(), 100), new MemoryBudget(Pair.BUDGET))
                .connected();
        flooding.near.onPushBack(new PushBack.Pause(far.key().nodeId(), 60_000));

        // When
        for (int i = 0; i < 1000; i++) {
            flooding.says(open(2 * i + 1));
        }
        flooding.time.run(SOON);

        // Then
        assertEquals(CloseCode.LIMIT, Objects.requireNonNull(flooding.closed).code());
        assertTrue(flooding.streams.opened.sum() <= 301, () -> flooding.streams.opened.sum() + " opened");
        assertEquals(0, flooding.streams.open());
    }

    @Test
    void aPacketThatBrokeTheProtocolHalfWayCountsAsTaken() {
        // Given
        long packet = peer.channel().nextPacket();

        // When
        peer.says(open(1), new StreamFrame.Credit(99, 1));
        peer.time.await("close", SOON, () -> peer.closed != null);

        // Then
        assertEquals(1, peer.accepted.size());
        assertEquals(packet + 1, peer.channel().acknowledged());
    }

    private static ChannelLimits limits(int reorderWindow, int maxStreams) {
        ChannelLimits d = ChannelLimits.DEFAULTS;
        return new ChannelLimits(
                d.handshakeTimeout(),
                d.keepaliveInterval(),
                d.deadAfter(),
                d.gapTimeout(),
                reorderWindow,
                DataSize.ofMiB(4),
                maxStreams);
    }
}
