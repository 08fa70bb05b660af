package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Net.Raw;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChannelsTest extends TwoNodes {
    // ---- handshakes

    @Test
    void nothingOfAHandshakeIsLeftOnceBothSidesHaveTheChannel() {
        // When
        connected();

        // Then
        assertEquals(0, left.handshakes());
        assertEquals(0, right.handshakes());
    }

    @Test
    void whoeverWaitsForAHandshakeIsToldWhenItCannotSucceedForNow() {
        // Given
        right.fault = Net::swallow;
        Raw waiting = left.only().to(right.id());
        net.time.run(SOON);

        // When
        left.only().failHandshakes(right.id());

        // Then
        assertEquals(CloseCode.DEAD_PATH, waiting.closed.getFirst().code());
        assertEquals(0, left.handshakes());
    }

    @Test
    void anOpenChannelStaysWhenHandshakesCannotSucceedForNow() {
        // Given
        Raw user = connected();

        // When
        left.only().failHandshakes(right.id());
        net.time.run(Duration.ofSeconds(5));

        // Then
        assertEquals(List.of(), user.closed);
    }

    @Test
    void ofCrossingOffersOneGoesOn() {
        // When
        Raw first = left.only().to(right.id());
        Raw second = right.only().to(left.id());
        net.time.run(SOON);

        // Then
        assertEquals(List.of(1, 1), List.of(first.opened, second.opened));
        assertEquals(List.of(1, 1), List.of(left.openChannels(), right.openChannels()));
        assertEquals(0, left.handshakes() + right.handshakes());
        assertTrue(Objects.requireNonNull(first.channel).initiatedHere());
    }

    @Test
    void ofCrossingOffersOneGoesOnWhenCryptographyIsSlowAndPacketsAreRepeatedAndLate() {
        for (int seed = 0; seed < 40; seed++) {
            // Given
            Random random = new Random(seed);
            join(new Net(), 1, 1);
            net.time.workNanos = () -> random.nextInt(300_000_000);
            left.fault = packet -> repeated(random, packet);
            right.fault = packet -> repeated(random, packet);

            // When
            Raw first = left.only().to(right.id());
            net.time.run(Duration.ofMillis(random.nextInt(40)));
            Raw second = right.only().to(left.id());
            net.time.run(Duration.ofSeconds(12));

            // Then
            String when = "seed " + seed;
            assertEquals(List.of(1, 1), List.of(first.opened, second.opened), when);
            assertEquals(List.of(), first.closed, when);
            assertEquals(List.of(), second.closed, when);
            assertEquals(0, left.handshakes() + right.handshakes(), when);
            assertEquals(first, left.only().to(right.id()), when);
            assertEquals(second, right.only().to(left.id()), when);
        }
    }

    private ByteBuf repeated(Random random, ByteBuf packet) {
        ByteBuf again = Net.copy(packet);
        net.time.after(random.nextInt(500_000_000), () -> net.arrive(again));
        return packet;
    }

    @Test
    void everyShardReachesThePeerWhenNodesHaveTwoAndThreeOfThemAndOffersCross() {
        for (int round = 0; round < 20; round++) {
            // Given
            join(new Net(), 2, 3);

            // When
            List<Raw> wanted = new ArrayList<>();
            left.shards.forEach(shard -> wanted.add(shard.to(right.id())));
            right.shards.forEach(shard -> wanted.add(shard.to(left.id())));
            net.time.run(Duration.ofSeconds(3));

            // Then
            wanted.forEach(user -> assertEquals(1, user.opened));
            assertEquals(left.openChannels(), right.openChannels());
            assertTrue(left.openChannels() >= 3 && left.openChannels() <= 5, () -> left.openChannels() + " channels");
            assertEquals(0, left.handshakes() + right.handshakes());
        }
    }

    @Test
    void anOfferThatGaveWayIsMadeAgainWhenTheOtherOneFails() {
        // Given crossing offers, of which the one that goes on fails: its initiator dies
        Raw user = right.only().to(left.id());
        left.only().to(right.id());
        net.time.run(Duration.ofMillis(7));
        left.only().close();
        Net.Node reborn = net.node(low, 1);

        // When
        net.time.run(Duration.ofSeconds(4));

        // Then
        assertEquals(1, user.opened);
        assertEquals(1, reborn.openChannels());
    }

    @Test
    void aMistakeInAHandshakeStepFailsTheAttemptAtOnce() {
        // Given a statement that does not fit into a greeting
        Net.Node broken = net.node(new LocalIdentity(high.key(), high.tls(), "x".repeat(20_000), high.trust()), 1);

        // When
        Raw user = broken.only().to(left.id());
        net.time.await("failure", Duration.ofSeconds(3), () -> !user.closed.isEmpty());
        net.time.run(SOON);

        // Then
        assertFalse(user.closed.getFirst().wasOpen());
        assertEquals(0, broken.handshakes() + left.handshakes());
    }

    @Test
    void shardsThatWereChangedOnTheWayFailTheHandshake() {
        // Given
        left.fault = packet -> {
            if (Packet.kind(packet) == PacketKind.HANDSHAKE) {
                packet.setShort(Packet.HEADER_BYTES + 3, 7);
            }
            return packet;
        };

        // When
        Raw user = left.only().to(right.id());
        net.time.await("failure", Duration.ofSeconds(5), () -> !user.closed.isEmpty());

        // Then
        assertTrue(right.users.stream().allMatch(answer -> answer.opened == 0));
        assertEquals(0, right.openChannels());
    }

    @Test
    void aPeerThatSpeaksOnlyAnotherVersionIsNotAskedAgain() {
        // Given
        left.fault = packet -> {
            packet.setByte(Packet.HEADER_BYTES + 1, 2);
            packet.setByte(Packet.HEADER_BYTES + 2, 2);
            return packet;
        };

        // When
        Raw user = left.only().to(right.id());
        net.time.run(SOON);

        // Then
        assertEquals(1, user.closed.size());
        assertTrue(
                user.closed.getFirst().detail().contains("VERSION"),
                user.closed.getFirst().detail());
        assertEquals(1, left.sent);
        assertEquals(0, left.handshakes() + right.handshakes());
    }

    @Test
    void aBusyPeerIsAskedAgainAFewTimesAndNotAtOnce() {
        // Given
        right.credit = 0;

        // When
        Raw user = left.only().to(right.id());
        net.time.run(Duration.ofMillis(200));
        int soon = left.sent;
        net.time.run(Duration.ofSeconds(2));

        // Then
        assertTrue(soon <= 2, () -> soon + " packets in 200 ms");
        assertEquals(4, left.sent);
        assertEquals(CloseCode.LIMIT, right.users.getFirst().closed.getFirst().code());
        assertEquals(1, user.closed.size());
    }

    @Test
    void withoutMemoryNoChannelIsOffered() {
        // Given
        left.credit = 0;

        // When
        Raw user = left.only().to(right.id());
        net.time.run(SOON);

        // Then
        assertEquals(CloseCode.LIMIT, user.closed.getFirst().code());
        assertEquals(0, left.sent);
    }

    @Test
    void dataThatOvertakesTheEndOfTheHandshakeIsKept() {
        // Given an initiator whose cryptography takes longer than the first packets
        net.time.workNanos = () -> 50_000_000;
        right.fault = packet -> {
            if (right.openChannels() == 1
                    && accepted().toSend.isEmpty()
                    && accepted().opened == 1
                    && right.sent < 200) {
                accepted().says(Net.something());
            }
            return packet;
        };

        // When
        Raw user = left.only().to(right.id());
        net.time.run(SOON);

        // Then
        assertTrue(user.received >= 100, () -> user.received + " bytes");
        assertEquals(List.of(), user.closed);
    }

    @Test
    void anOfferFloodLeavesNothingOnceItsTimeIsOver() {
        // Given offers whose initiators are never heard of again
        left.fault = packet -> {
            if (left.sent > 1) {
                packet.release();
                return null;
            }
            for (int i = 0; i < 2000; i++) {
                ByteBuf offer = Net.copy(packet);
                offer.setLong(40, i + 1);
                net.time.after(0, () -> net.arrive(offer));
            }
            return packet;
        };

        // When
        left.only().to(right.id());
        net.time.run(SOON);
        int during = right.handshakes();
        net.time.run(Duration.ofSeconds(12));

        // Then
        assertEquals(Channels.MAX_ATTEMPTS, during);
        assertEquals(0, right.handshakes());
        assertTrue(right.users.stream().allMatch(user -> user.closed.size() == 1));
        assertEquals(0, net.time.pending());
    }

    @Test
    void aClosedShardOpensNothingMore() {
        // Given
        Raw user = connected();
        right.only().close();
        assertEquals(CloseCode.LEAVING, accepted().closed.getFirst().code());

        // When
        Raw late = right.only().to(left.id());
        net.time.run(SOON);
        Raw again = left.only().to(right.id());
        net.time.run(Duration.ofSeconds(2));

        // Then
        assertEquals(CloseCode.LEAVING, user.closed.getFirst().code());
        assertEquals(CloseCode.LEAVING, late.closed.getFirst().code());
        assertEquals(1, again.closed.size());
        assertEquals(0, right.handshakes());
        assertEquals(0, net.time.pending());
    }
}
