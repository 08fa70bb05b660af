package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Net.Raw;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// New calls keep away from a channel that may have lost something, and come back when it has not.
class DoubtedWayTest extends TwoNodes {
    private static final Duration MOMENT = Duration.ofMillis(50);

    /// What was under way when a relay died is lost; packets after it take another way.
    private void loseOnePacket(Net.Node from) {
        from.fault = packet -> {
            from.fault = other -> other;
            return Net.swallow(packet);
        };
    }

    /// A channel of which a packet was lost a moment ago.
    private Raw connectedAndLosing() {
        Raw user = connected();
        loseOnePacket(left);
        user.says(Net.something());
        net.time.run(MOMENT);
        return user;
    }

    private static Channel of(Raw user) {
        return Objects.requireNonNull(user.channel);
    }

    @Test
    void afterALossOnTheWayNewCallsGetAFreshChannelAtOnce() {
        // Given
        Raw user = connectedAndLosing();

        // When
        left.only().onPathDoubted(right.id());
        Raw fresh = left.only().to(right.id());
        net.time.run(MOMENT);

        // Then
        assertNotEquals(user, fresh);
        assertEquals(1, fresh.opened);
        assertFalse(of(fresh).isSilent());
        assertEquals(fresh, left.only().to(right.id()));
    }

    @Test
    void whatTheOtherSideLostCountsToo() {
        // Given
        Raw user = connected();
        Raw accepted = accepted();
        loseOnePacket(right);
        accepted.says(Net.something());
        net.time.run(MOMENT);

        // When
        left.only().onPathDoubted(right.id());
        net.time.run(MOMENT);

        // Then
        assertTrue(of(user).isSilent());
        assertNotEquals(user, left.only().to(right.id()));
    }

    @Test
    void aChannelThatLostNothingIsUsedAgainAfterARoundTrip() {
        // Given
        Raw user = connected();

        // When
        left.only().onPathDoubted(right.id());
        assertTrue(of(user).isSilent());
        net.time.run(MOMENT);

        // Then
        assertFalse(of(user).isSilent());
        assertEquals(user, left.only().to(right.id()));
        assertEquals(1, left.openChannels());
    }

    @Test
    void whoIsBackBeforeItsReplacementIsUsedMeanwhile() {
        // Given
        Raw user = connected();
        net.time.workNanos = () -> Duration.ofMillis(500).toNanos();
        left.only().onPathDoubted(right.id());
        Raw fresh = left.only().to(right.id());
        assertNotEquals(user, fresh);

        // When
        net.time.run(MOMENT);

        // Then
        assertEquals(0, fresh.opened);
        assertEquals(user, left.only().to(right.id()));
    }

    @Test
    void callsOfAChannelThatDiesOfItsLossDoNotTakeItsReplacementWithThem() {
        // Given
        Raw user = connectedAndLosing();
        left.only().onPathDoubted(right.id());
        Raw fresh = left.only().to(right.id());

        // When
        net.time.run(Duration.ofSeconds(4));

        // Then
        assertEquals(1, user.closed.size());
        assertEquals(List.of(), fresh.closed);
        assertEquals(fresh, left.only().to(right.id()));
        assertEquals(1, right.openChannels());
    }

    @Test
    void silentChannelsAreNotPiledUpForEver() {
        // Given
        connected();
        left.fault = packet -> Packet.kind(packet) == PacketKind.DATA ? Net.swallow(packet) : packet;

        // When
        for (int i = 0; i < 20; i++) {
            left.only().onPathDoubted(right.id());
            left.only().to(right.id());
            net.time.run(MOMENT);
        }

        // Then
        assertTrue(left.openChannels() <= PeerChannels.MAX_SILENT, () -> left.openChannels() + " channels");
    }

    /// A peer with more event loops calls over a channel of each.
    @Test
    void silentChannelsOfThePeerAreNoReasonToMakeNone() {
        // Given
        left.fault = packet -> Packet.kind(packet) == PacketKind.DATA ? Net.swallow(packet) : packet;
        for (int i = 0; i < 2 * PeerChannels.MAX_SILENT; i++) {
            right.only().to(left.id());
            net.time.run(MOMENT);
            right.only().onPathDoubted(left.id());
        }
        int silent = left.openChannels();
        assertTrue(silent >= PeerChannels.MAX_SILENT, () -> silent + " channels");
        left.only().onPathDoubted(right.id());

        // When
        Raw fresh = left.only().to(right.id());
        left.fault = packet -> packet;
        net.time.run(MOMENT);

        // Then
        assertEquals(1, fresh.opened);
        assertFalse(of(fresh).isSilent());
    }

    @Test
    void aFarPeerIsNotSilentBeforeItCanHaveAnswered() {
        // Given
        net.delay = Duration.ofSeconds(1);
        Raw user = left.only().to(right.id());
        net.time.run(Duration.ofSeconds(8));
        assertEquals(1, user.opened);

        // When, then
        for (int i = 0; i < 100; i++) {
            user.says(Net.something());
            net.time.run(Duration.ofMillis(730));
            assertFalse(of(user).isSilent(), "after " + i);
        }
        assertEquals(List.of(), user.closed);
    }

    @Test
    void timeInWhichThisProcessStoodStillIsNotSilence() {
        // Given
        Raw user = connected();
        user.says(Net.something());

        // When
        net.time.standStill(Duration.ofMinutes(1));
        net.time.run(Duration.ofSeconds(1));

        // Then
        assertEquals(List.of(), user.closed);
    }
}
