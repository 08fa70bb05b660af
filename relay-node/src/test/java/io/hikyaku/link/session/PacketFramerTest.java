package io.hikyaku.link.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.link.Packets;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class PacketFramerTest {
    private final PacketFramer framer = new PacketFramer(ByteBufAllocator.DEFAULT);
    private final List<String> packets = new ArrayList<>();

    @AfterEach
    void release() {
        framer.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 59, 60, 61, 64, 1000, 1_000_000})
    void cutsPacketsHoweverTheBytesArrive(int step) {
        // Given
        List<String> expected = new ArrayList<>();
        ByteBuf stream = ByteBufAllocator.DEFAULT.buffer();
        for (int size : new int[] {0, 1, 0, 300, 4096, 2, 0}) {
            append(stream, Packets.data(Packets.SOMEBODY, size, size), expected);
        }

        // When
        while (stream.isReadable()) {
            framer.feed(stream.readRetainedSlice(Math.min(step, stream.readableBytes())), this::take);
        }
        stream.release();

        // Then
        assertEquals(expected, packets);
        assertFalse(framer.isWithinPacket());
    }

    @Test
    void cutsPacketsAtRandomPlaces() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        // Given
        List<String> expected = new ArrayList<>();
        ByteBuf stream = ByteBufAllocator.DEFAULT.buffer();
        for (int i = 0; i < 200; i++) {
            append(stream, Packets.data(Packets.SOMEBODY, i, random.nextInt(0, 3000)), expected);
        }

        // When
        while (stream.isReadable()) {
            framer.feed(stream.readRetainedSlice(random.nextInt(1, stream.readableBytes() + 1)), this::take);
        }
        stream.release();

        // Then
        assertEquals(expected, packets, "seed " + seed);
    }

    @ParameterizedTest
    @EnumSource(PacketKind.class)
    void takesTheLargestBodyAndNotOneByteMore(PacketKind kind) {
        // Given
        ByteBuf largest = Packets.of(kind, Packets.SOMEBODY, 1, kind.maxBodyBytes());
        ByteBuf beyond = Packets.of(kind, Packets.SOMEBODY, 1, kind.maxBodyBytes() + 1);

        // When
        framer.feed(largest, this::take);
        Malformed malformed = assertThrows(Malformed.class, () -> framer.feed(beyond, this::take));

        // Then
        assertEquals(1, packets.size());
        assertEquals(Malformed.Reason.TOO_LARGE, malformed.reason());
    }

    @Test
    void refusesAHeaderBeforeItsBodyArrives() {
        // Given
        ByteBuf packet = Packets.data(Packets.SOMEBODY, 1, 10);
        packet.setByte(0, 9);
        framer.feed(packet.readRetainedSlice(Packet.HEADER_BYTES - 1), this::take);

        // When
        Malformed malformed = assertThrows(Malformed.class, () -> framer.feed(packet.readRetainedSlice(1), this::take));
        packet.release();

        // Then
        assertEquals(Malformed.Reason.UNSUPPORTED_VERSION, malformed.reason());
    }

    @Test
    void stopsWhenNoMoreIsWanted() {
        // Given
        List<String> ignored = new ArrayList<>();
        ByteBuf stream = ByteBufAllocator.DEFAULT.buffer();
        append(stream, Packets.data(Packets.SOMEBODY, 1, 10), ignored);
        append(stream, Packets.data(Packets.SOMEBODY, 2, 10), ignored);

        // When
        framer.feed(stream, packet -> {
            take(packet);
            return false;
        });

        // Then
        assertEquals(1, packets.size());
    }

    @Test
    void knowsThatItIsWithinAPacket() {
        // When
        ByteBuf packet = Packets.data(Packets.SOMEBODY, 1, 10);
        framer.feed(packet.readRetainedSlice(65), this::take);
        packet.release();

        // Then
        assertTrue(framer.isWithinPacket());
    }

    private boolean take(ByteBuf packet) {
        packets.add(ByteBufUtil.hexDump(packet));
        packet.release();
        return true;
    }

    private static void append(ByteBuf stream, ByteBuf packet, List<String> expected) {
        expected.add(ByteBufUtil.hexDump(packet));
        stream.writeBytes(packet);
        packet.release();
    }
}
