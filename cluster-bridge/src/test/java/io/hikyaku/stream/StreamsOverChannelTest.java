package io.hikyaku.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsOverChannelTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static LocalIdentity tokyo;
    private static LocalIdentity osaka;

    private Pair pair;
    private final List<Recorder> accepted = new ArrayList<>();
    private final List<String> metadata = new ArrayList<>();

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        tokyo = identities.cluster("tokyo");
        osaka = identities.cluster("osaka");
    }

    @BeforeEach
    void join() {
        pair = new Pair(tokyo, osaka);
        pair.right.acceptor = (stream, opened) -> {
            metadata.add(opened.toString(java.nio.charset.StandardCharsets.UTF_8));
            Recorder recorder = new Recorder(stream);
            accepted.add(recorder);
            return recorder;
        };
    }

    private Recorder opened() {
        Recorder recorder = pair.left.open("shop/orders");
        pair.time.await("accepted", SOON, () -> !accepted.isEmpty());
        return recorder;
    }

    @Test
    void carriesBytesBothWaysWithHalfCloseInEachDirection() {
        // Given
        Recorder caller = opened();

        // When
        caller.stream().write(Recorder.bytes("hello "));
        caller.stream().write(Recorder.bytes("there"));
        caller.stream().end();
        pair.time.await("request ended", SOON, () -> accepted.getFirst().ended);
        accepted.getFirst().stream().write(Recorder.bytes("general"));
        accepted.getFirst().stream().end();
        pair.time.await("answer ended", SOON, () -> caller.ended);

        // Then
        assertEquals(List.of("shop/orders"), metadata);
        assertEquals("hello there", accepted.getFirst().text());
        assertEquals("general", caller.text());
        assertTrue(pair.isQuiet());
    }

    @Test
    void sendsWhatIsWrittenInOneTurnAsOnePacket() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        long before = pair.left.counters.packetsSent.sum();

        // When
        for (int i = 0; i < 10; i++) {
            caller.stream().write(Recorder.bytes("x"));
            pair.left.open("another").stream().write(Recorder.bytes("y"));
        }
        pair.time.await("all there", SOON, () -> accepted.size() == 11);

        // Then
        assertEquals(before + 1, pair.left.counters.packetsSent.sum());
    }

    @Test
    void carriesMegabytesInOrderThroughAWindowThatIsSmaller() {
        // Given
        byte[] payload = new byte[20 * 1024 * 1024];
        new Random(7).nextBytes(payload);
        Recorder caller = opened();

        // When
        int at = 0;
        while (at < payload.length) {
            while (caller.stream().isWritable() && at < payload.length) {
                int length = Math.min(10_000, payload.length - at);
                caller.stream().write(Unpooled.copiedBuffer(payload, at, length));
                at += length;
            }
            int turns = caller.writable;
            if (at < payload.length) {
                pair.time.await("room", SOON, () -> caller.writable > turns);
            }
        }
        caller.stream().end();
        pair.time.await("end", SOON, () -> accepted.getFirst().ended);

        // Then
        assertArrayEquals(payload, accepted.getFirst().received.toByteArray());
    }

    @Test
    void aReaderThatDoesNotReadStopsItsOwnSenderOnly() {
        // Given
        Recorder slow = opened();
        accepted.getFirst().hold = true;
        slow.stream().write(Unpooled.wrappedBuffer(new byte[1024 * 1024]));
        pair.time.run(SOON);
        Recorder quick = pair.left.open("quick");

        // When
        quick.stream().write(Recorder.bytes("still moving"));
        quick.stream().end();
        pair.time.await("quick one", SOON, () -> accepted.size() == 2 && accepted.get(1).ended);

        // Then
        assertFalse(slow.stream().isWritable());
        assertTrue(accepted.getFirst().received.size() <= 256 * 1024);
        assertEquals("still moving", accepted.get(1).text());
    }

    @Test
    void aResetReachesTheOtherSideWithItsReasonAndDropsWhatIsQueued() {
        // Given
        Recorder caller = opened();
        accepted.getFirst().hold = true;
        caller.stream().write(Unpooled.wrappedBuffer(new byte[1024 * 1024]));
        pair.time.run(SOON);

        // When
        caller.stream().reset(ResetCode.CANCELLED, "gone");
        pair.time.await("reset", SOON, () -> accepted.getFirst().reset != null);

        // Then
        assertEquals(ResetCode.CANCELLED, accepted.getFirst().reset);
        assertEquals("gone", accepted.getFirst().detail);
        assertTrue(accepted.getFirst().byPeer);
        assertNull(caller.reset);
        assertTrue(pair.isQuiet());
    }

    @Test
    void stopSendingEndsOneDirectionOnly() {
        // Given
        Recorder caller = opened();
        caller.stream().write(Unpooled.wrappedBuffer(new byte[1024 * 1024]));
        pair.time.run(Duration.ofMillis(1));

        // When
        accepted.getFirst().stream().stopSending();
        accepted.getFirst().stream().write(Recorder.bytes("early answer"));
        accepted.getFirst().stream().end();
        pair.time.await("answer", SOON, () -> caller.ended);
        caller.stream().end();
        pair.time.run(SOON);

        // Then
        assertTrue(caller.stopped);
        assertEquals("early answer", caller.text());
        assertTrue(pair.isQuiet());
    }

    @Test
    void creditOfStreamsThatWereResetComesBackToTheChannel() {
        // Given a channel whose whole window is held by one stream after the other
        for (int i = 0; i < 40; i++) {
            int number = i;
            Recorder caller = pair.left.open("bulk");
            pair.time.await("accepted", SOON, () -> accepted.size() == number + 1);
            accepted.get(i).hold = true;
            caller.stream().write(Unpooled.wrappedBuffer(new byte[1024 * 1024]));
            pair.time.run(Duration.ofMillis(50));

            // When
            accepted.get(i).stream().reset(ResetCode.CANCELLED, "enough");
            pair.time.await("reset", SOON, () -> caller.reset != null);
        }

        // Then
        Recorder last = pair.left.open("last");
        last.stream().write(Recorder.bytes("arrives"));
        pair.time.await("arrival", SOON, () -> accepted.getLast().text().equals("arrives"));
    }

    @Test
    void bothSidesMayOpenAtOnceAndShareOneChannel() {
        // Given
        Recorder fromLeft = pair.left.open("a");
        Recorder fromRight = pair.right.open("b");

        // When
        fromLeft.stream().write(Recorder.bytes("one"));
        fromRight.stream().write(Recorder.bytes("two"));
        pair.time.await(
                "accepted",
                SOON,
                () -> accepted.size() == 1 && accepted.getFirst().text().equals("one"));
        pair.time.run(SOON);

        // Then
        assertEquals(1, pair.left.channels.open().size());
        assertEquals(1, pair.right.channels.open().size());
        assertNull(fromRight.reset);
    }

    @Test
    void aLostPacketResetsTheStreamsOnBothSidesWithinTheGapTime() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        int[] dropped = {0};
        pair.left.fault = packet -> {
            if (Packet.kind(packet) == PacketKind.DATA && dropped[0]++ == 0) {
                packet.release();
                return null;
            }
            return packet;
        };

        // When
        caller.stream().write(Recorder.bytes("lost"));
        pair.time.run(Duration.ofMillis(100));
        caller.stream().write(Recorder.bytes("not lost"));
        pair.time.await("reset", Duration.ofSeconds(4), () -> caller.reset != null);

        // Then
        assertEquals(ResetCode.CHANNEL_LOST, caller.reset);
        assertEquals(ResetCode.CHANNEL_LOST, accepted.getFirst().reset);
        assertEquals("", accepted.getFirst().text());
        assertTrue(pair.left.channels.open().isEmpty()
                && pair.right.channels.open().isEmpty());
    }

    @Test
    void aChangedPacketIsDroppedAndCountedAndNeverDelivered() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        int[] changed = {0};
        pair.left.fault = packet -> {
            if (Packet.kind(packet) == PacketKind.DATA && changed[0]++ == 0) {
                packet.setByte(packet.writerIndex() - 20, packet.getByte(packet.writerIndex() - 20) ^ 1);
            }
            return packet;
        };

        // When
        caller.stream().write(Recorder.bytes("tampered"));
        pair.time.await("reset", Duration.ofSeconds(20), () -> caller.reset != null);

        // Then
        assertEquals("", accepted.getFirst().text());
        assertEquals(1, pair.right.counters.unauthentic.sum());
        assertEquals(ResetCode.INTERNAL, accepted.getFirst().reset);
        assertEquals(ResetCode.INTERNAL, caller.reset);
    }

    @Test
    void aPathThatChangesEveryPacketIsNotTakenForADeadOne() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        pair.left.fault =
                packet -> packet.setByte(packet.writerIndex() - 1, packet.getByte(packet.writerIndex() - 1) ^ 1);

        // When
        caller.stream().write(Recorder.bytes("tampered"));
        pair.time.await("reset", Duration.ofSeconds(20), () -> caller.reset != null);

        // Then
        assertEquals(ResetCode.INTERNAL, accepted.getFirst().reset);
        assertEquals(ResetCode.INTERNAL, caller.reset);
    }

    @Test
    void aForgedPacketThatComesBeforeTheTrueOneDoesNothing() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        pair.left.fault = packet -> {
            ByteBuf forged = packet.copy();
            pair.right.deliver(forged.setByte(forged.writerIndex() - 1, forged.getByte(forged.writerIndex() - 1) ^ 1));
            return packet;
        };

        // When
        caller.stream().write(Recorder.bytes("true"));
        pair.time.run(Duration.ofSeconds(20));

        // Then
        assertEquals("true", accepted.getFirst().text());
        assertNull(accepted.getFirst().reset);
    }

    @Test
    void aRepeatedPacketIsDeliveredOnce() {
        // Given
        Recorder caller = opened();
        pair.left.fault = packet -> {
            pair.right.deliver(packet.copy());
            return packet;
        };

        // When
        caller.stream().write(Recorder.bytes("once"));
        caller.stream().end();
        pair.time.await("end", SOON, () -> accepted.getFirst().ended);
        pair.time.run(SOON);

        // Then
        assertEquals("once", accepted.getFirst().text());
        assertTrue(pair.right.counters.duplicates.sum() > 0);
    }

    @Test
    void reorderedPacketsAreDeliveredInOrder() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        Random random = new Random(3);
        pair.left.fault = packet -> {
            pair.left.delay = Duration.ofMillis(random.nextInt(20));
            return packet;
        };
        StringBuilder expected = new StringBuilder();

        // When
        for (int i = 0; i < 200; i++) {
            caller.stream().write(Recorder.bytes(i + ","));
            expected.append(i).append(',');
            pair.time.run(Duration.ofMillis(1));
        }
        pair.time.run(SOON);

        // Then
        assertEquals(expected.toString(), accepted.getFirst().text());
        assertTrue(pair.right.counters.reordered.sum() > 0);
    }

    @Test
    void aPathThatStaysDeadResetsBothSides() {
        // Given
        Recorder caller = opened();
        pair.time.run(SOON);
        pair.left.fault = Pair::swallow;
        pair.right.fault = Pair::swallow;

        // When
        caller.stream().write(Recorder.bytes("into the void"));
        pair.time.run(Duration.ofSeconds(15));

        // Then
        assertEquals(ResetCode.CHANNEL_LOST, caller.reset);
        assertEquals(ResetCode.CHANNEL_LOST, accepted.getFirst().reset);
    }

    @Test
    void aHandshakeSurvivesLossAndRepetition() {
        // Given
        Random random = new Random(11);
        java.util.function.UnaryOperator<ByteBuf> lossy = packet -> {
            if (Packet.kind(packet) == PacketKind.HANDSHAKE && random.nextInt(3) == 0) {
                packet.release();
                return null;
            }
            return packet;
        };
        pair.left.fault = lossy;
        pair.right.fault = lossy;

        // When
        Recorder caller = pair.left.open("patient");
        caller.stream().write(Recorder.bytes("made it"));
        pair.time.await("arrival", Duration.ofSeconds(10), () -> !accepted.isEmpty());

        // Then
        pair.time.await("text", SOON, () -> accepted.getFirst().text().equals("made it"));
    }

    @Test
    void aStreamWhoseChannelNeverOpenedIsRefusedBeforeAnyEffect() {
        // Given
        pair.left.fault = Pair::swallow;

        // When
        Recorder caller = pair.left.open("nobody there");
        caller.stream().write(Recorder.bytes("never sent"));
        pair.time.await("reset", Duration.ofSeconds(13), () -> caller.reset != null);

        // Then
        assertEquals(ResetCode.REFUSED, caller.reset);
        assertTrue(caller.reset.beforeAnyEffect());
        assertTrue(pair.isQuiet());
        assertEquals(0, pair.left.budget.reserved());
    }

    @Test
    void moreStreamsThanAllowedAreRefusedBeforeAnyEffect() {
        // Given
        List<Recorder> callers = new ArrayList<>();

        // When
        for (int i = 0; i < 10_001; i++) {
            callers.add(pair.left.open("s"));
            if (i % 1000 == 0) {
                pair.time.run(Duration.ofMillis(20));
            }
        }
        pair.time.run(SOON);

        // Then
        assertEquals(
                1, callers.stream().filter(c -> c.reset == ResetCode.REFUSED).count());
        assertEquals(10_000, accepted.size());
    }

    @Test
    void closingTellsTheOtherSideThatTheBridgeLeaves() {
        // Given
        Recorder caller = opened();

        // When
        pair.right.channels.close();
        pair.time.await("reset", SOON, () -> caller.reset != null);

        // Then
        assertEquals(ResetCode.LEAVING, caller.reset);
        assertEquals(0, pair.left.budget.reserved());
        assertEquals(0, pair.right.budget.reserved());
    }
}
