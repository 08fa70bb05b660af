package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Net.Raw;
import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.channel.HandshakeFrame.Reject;
import io.hikyaku.wire.channel.HandshakeFrame.RejectCode;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChannelTest extends TwoNodes {
    // ---- what others say about a channel

    @Test
    void aRejectThatAnotherMadeEndsNoChannel() {
        // Given
        Raw user = connected();
        long id = Objects.requireNonNull(user.channel).id();

        // When
        for (RejectCode code : RejectCode.values()) {
            rejectToLeft(id, code);
        }
        net.time.run(Duration.ofSeconds(5));

        // Then
        assertEquals(List.of(), user.closed);
    }

    @Test
    void aChannelThatTheOtherSideDoesNotHaveEndsAfterAProbe() {
        // Given
        Raw user = connected();
        right.fault = Net::swallow;
        Objects.requireNonNull(accepted().channel).close(CloseCode.LEAVING, "unheard");
        right.fault = packet -> packet;

        // When
        user.says(Net.something());
        net.time.await("end", Duration.ofSeconds(2), () -> !user.closed.isEmpty());

        net.time.run(SOON);

        // Then
        assertEquals(CloseCode.DEAD_PATH, user.closed.getFirst().code());
        assertEquals(0, net.time.pending());
    }

    private void rejectToLeft(long id, RejectCode code) {
        Shard shard = new Shard(
                0,
                1,
                net.limits,
                new CurrentIdentity(high),
                net.time,
                ByteBuf::release,
                io.netty.buffer.UnpooledByteBufAllocator.DEFAULT,
                new ChannelCounters());
        ByteBuf packet = HandshakeAttempt.packet(shard, new ChannelKey(left.id(), id, false), new Reject(code));
        net.time.after(0, () -> net.arrive(packet));
    }

    @Test
    void pathsThatAreGoneForAMomentEndNoChannelAlsoWhileTheHandshakeLingers() {
        // Given a responder that still waits for the acknowledgement of its last bytes
        left.fault = packet -> {
            boolean last = Packet.kind(packet) == PacketKind.HANDSHAKE && left.openChannels() == 1;
            return last ? Net.swallow(packet) : packet;
        };
        Raw user = left.only().to(right.id());
        net.time.run(Duration.ofMillis(100));
        Raw answer = accepted();
        assertEquals(1, answer.opened);

        // When
        right.only().onUnreachable(left.id());
        net.time.run(Duration.ofMillis(1900));
        right.only().onReachable(left.id());
        net.time.run(Duration.ofSeconds(5));

        // Then
        assertEquals(List.of(), answer.closed);
        assertEquals(List.of(), user.closed);
    }

    @Test
    void aPeerThatStaysUnreachableIsGivenUpHoweverOftenThatIsSaid() {
        // Given
        Raw user = connected();

        // When
        for (int i = 0; i < 5; i++) {
            left.only().onUnreachable(right.id());
            net.time.run(Duration.ofMillis(500));
        }

        // Then
        assertEquals(CloseCode.DEAD_PATH, user.closed.getFirst().code());
    }

    @Test
    void aPacketThatARelayDroppedEndsItsChannelAndNoOther() {
        // Given
        Raw user = connected();
        long id = Objects.requireNonNull(user.channel).id();

        // When
        left.only().onPushBack(new PushBack.Dropped(right.id(), id + 1, false));
        left.only().onPushBack(new PushBack.Dropped(low.key().nodeId(), id, true));
        assertEquals(List.of(), user.closed);
        left.only().onPushBack(new PushBack.Dropped(right.id(), id, false));

        // Then
        assertEquals(CloseCode.GAP, user.closed.getFirst().code());
    }

    @Test
    void aPacketDroppedForWantOfAWayEndsItsChannelAtOnce() {
        // Given
        Raw user = connected();

        // When
        long id = Objects.requireNonNull(user.channel).id();
        left.only().onPushBack(new PushBack.Dropped(right.id(), id, true));

        // Then
        assertEquals(CloseCode.DEAD_PATH, user.closed.getFirst().code());
    }

    @Test
    void aPauseHoldsDataUntilItIsOverOrTakenBackAndKeepsOneTimer() {
        // Given
        Raw user = connected();
        int before = net.time.pending();
        for (int i = 0; i < 1000; i++) {
            left.only().onPushBack(new PushBack.Pause(right.id(), 60_000));
        }
        assertTrue(net.time.pending() <= before + 1);

        // When
        user.says(Net.something());
        net.time.run(Duration.ofSeconds(59));
        assertEquals(0, accepted().received);
        net.time.run(Duration.ofSeconds(2));
        assertEquals(2, accepted().received);
        left.only().onPushBack(new PushBack.Pause(right.id(), 60_000));
        user.says(Net.something());
        net.time.run(SOON);
        assertEquals(2, accepted().received);
        left.only().onPushBack(new PushBack.Resume(right.id()));
        net.time.run(SOON);

        // Then
        assertEquals(4, accepted().received);
        assertEquals(List.of(), user.closed);
    }

    // ---- order, acknowledgements, keepalive

    @Test
    void whatFindsNoRoomIsNotSealedAndGoesWhenThereIsRoomAgain() {
        // Given
        Raw user = connected();
        long id = Objects.requireNonNull(user.channel).id();
        long next = user.channel.nextPacket();
        left.room = 0;

        // When
        for (int i = 0; i < 100; i++) {
            user.says(Net.something());
        }
        net.time.run(SOON);

        // Then
        assertEquals(0, accepted().received);
        assertTrue(user.channel.nextPacket() - next <= 1, "only what keeps it alive");

        // When
        left.room = Integer.MAX_VALUE;
        left.only().onWritable(right.id(), id);
        net.time.run(SOON);

        // Then
        assertEquals(200, accepted().received);
        assertEquals(List.of(), user.closed);
    }

    @Test
    void packetsAreCutToWhatTheirPathTakes() {
        // Given
        Raw user = connected();
        left.room = 5_120;

        // When
        user.says(new int[10_000]);
        net.time.run(SOON);

        // Then
        assertTrue(user.mostFilled < 5_120 - Packet.HEADER_BYTES, "asked for " + user.mostFilled);
        assertTrue(user.mostFilled > 4_096, "room for the largest frame that cannot be divided");
    }

    @Test
    void noMoreBytesAreOnTheirWayThanARelayKeeps() {
        // Given a path that is long
        Raw user = connected();
        net.delay = Duration.ofMillis(400);
        long before = left.counters.bytesSent.sum();

        // When
        int[] frame = new int[15_000];
        frame[0] = 0x40;
        frame[1] = 0x40 | frame.length - 3 >> 8;
        frame[2] = frame.length - 3 & 0xff;
        for (int i = 0; i < 600; i++) {
            user.says(frame);
        }
        net.time.run(Duration.ofMillis(700));
        long onTheWay = left.counters.bytesSent.sum() - before;
        net.time.run(Duration.ofSeconds(5));

        // Then
        assertTrue(onTheWay >= Channel.MAX_IN_FLIGHT && onTheWay < Channel.MAX_IN_FLIGHT + 16_000, onTheWay + " bytes");
        assertEquals(600 * 15_000, accepted().received);
    }

    @Test
    void aPathThatReordersAllTheTimeLosesNothing() {
        // Given
        Raw user = connected();
        Random random = new Random(5);
        left.fault = packet -> {
            net.delay = Duration.ofMillis(1 + random.nextInt(30));
            return packet;
        };

        // When
        for (int i = 0; i < 6000; i++) {
            user.says(Net.something());
            net.time.run(Duration.ofMillis(1));
        }
        net.time.run(SOON);

        // Then
        assertEquals(List.of(), user.closed);
        assertEquals(12_000, accepted().received);
    }

    @Test
    void anAcknowledgementOfWhatWasNeverSentEndsTheChannel() {
        // Given
        Raw user = connected();

        // When
        user.says(1, 0, 0, 0, 0, 0, 1, 0, 0);
        net.time.run(SOON);

        // Then
        assertEquals(CloseCode.PROTOCOL, accepted().closed.getFirst().code());
        assertEquals(CloseCode.PROTOCOL, user.closed.getFirst().code());
        assertTrue(user.closed.getFirst().byPeer());
    }

    @Test
    void acknowledgementsAloneNeverShutTheWindow() {
        // Given a receiver that has sent nothing but acknowledgements, more of them than its window has room for
        ChannelLimits d = ChannelLimits.DEFAULTS;
        join(
                new Net(new ChannelLimits(
                        d.handshakeTimeout(),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(10),
                        d.gapTimeout(),
                        16,
                        DataSize.ofMiB(4),
                        10)),
                1,
                1);
        Raw user = connected();
        for (int i = 0; i < 100; i++) {
            user.says(Net.something());
            net.time.run(Duration.ofMillis(40));
        }

        // When
        accepted().says(Net.something());
        net.time.run(Duration.ofMillis(100));

        // Then
        assertEquals(2, user.received);
    }

    @Test
    void aPongThatWasNeverAskedForMeasuresNothing() {
        // Given
        Raw user = connected();
        long before = Objects.requireNonNull(accepted().channel).roundTripNanos();

        // When
        user.says(3, 0, 0, 0, 0, 0, 0, 0, 1);
        net.time.run(SOON);

        // Then
        assertEquals(before, Objects.requireNonNull(accepted().channel).roundTripNanos());
    }

    @Test
    void aChannelWithNothingToCarryCostsFourPacketsInTenSecondsAndClosesAfterFiveMinutes() {
        // Given
        left.idle = true;
        right.idle = true;
        Raw user = connected();
        int before = left.sent + right.sent;

        // When
        net.time.run(Duration.ofSeconds(240));
        int packets = left.sent + right.sent - before;
        net.time.run(Duration.ofMinutes(56));

        // Then
        assertTrue(packets <= 4 * 25, () -> packets + " packets in 240 s");
        assertEquals(CloseCode.IDLE, user.closed.getFirst().code());
        assertEquals(0, net.time.pending());
    }

    @Test
    void anOpenChannelThatIsQuietForHoursIsProbedEveryKeepaliveAndChangesItsKeys() {
        // Given
        Raw user = connected();
        int before = left.sent + right.sent;
        int[] epoch = {0};
        left.fault = packet -> {
            epoch[0] = Math.max(epoch[0], Packet.epoch(packet));
            return packet;
        };

        // When
        net.time.run(Duration.ofHours(3));
        int packets = left.sent + right.sent - before;
        user.says(Net.something());
        net.time.run(SOON);

        // Then
        assertTrue(packets <= 4 * 3 * 3600 / 2 + 8, () -> packets + " packets in 3 hours");
        assertTrue(epoch[0] == 2 || epoch[0] == 3, () -> "epoch " + epoch[0]);
        assertEquals(2, accepted().received);
        assertEquals(0, left.counters.unauthentic.sum() + right.counters.unauthentic.sum());
    }
}
