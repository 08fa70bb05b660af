package io.hikyaku.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hikyaku.channel.crypto.DirectionKeys;
import io.hikyaku.channel.crypto.Opener;
import io.hikyaku.channel.crypto.Sealer;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Packet protection, PROTOCOL.md §5.3.
@ExtendWith(NoLeaks.class)
class ProtectionTest {
    private static final NodeId A = NodeId.parse("00112233445566778899aabbccddeeff");
    private static final NodeId B = NodeId.parse("f0e0d0c0b0a090807060504030201000");
    private static final long CHANNEL = 0x0123456789abcdefL;
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private static Map<String, byte[]> golden;

    @BeforeAll
    static void readVectors() throws IOException {
        golden = new LinkedHashMap<>();
        Map<String, StringBuilder> digits = new LinkedHashMap<>();
        try (InputStream in =
                Objects.requireNonNull(ProtectionTest.class.getResourceAsStream("/golden/protection.hex"))) {
            StringBuilder current = new StringBuilder();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String content = line.replaceFirst("#.*", "").replace(" ", "");
                if (content.startsWith("[")) {
                    current = new StringBuilder();
                    digits.put(content.substring(1, content.length() - 1), current);
                } else {
                    current.append(content);
                }
            }
        }
        digits.forEach((name, hex) -> golden.put(name, HexFormat.of().parseHex(hex)));
    }

    private static byte[] vector(String name) {
        return Objects.requireNonNull(golden.get(name), name);
    }

    private static ByteBuf sealed(Sealer sealer, boolean initiator, byte[] plaintext, long now) {
        ByteBuf packet = ALLOCATOR.heapBuffer(Packet.HEADER_BYTES + plaintext.length + Sealer.TAG_BYTES);
        packet.writerIndex(Packet.HEADER_BYTES).writeBytes(plaintext);
        NodeId to = initiator ? A : B;
        NodeId from = initiator ? B : A;
        sealer.seal(packet, new Packet(PacketKind.DATA, 32, initiator, 0, to, from, CHANNEL, 0, 0), now);
        return packet;
    }

    private static ByteBuf sealed(Sealer sealer) {
        return sealed(sealer, true, vector("plaintext"), 0);
    }

    private static void assertOpens(Opener opener, ByteBuf packet) {
        ByteBuf plaintext = opener.open(packet);
        packet.release();
        assertNotNull(plaintext);
        assertArrayEquals(vector("plaintext"), ByteBufUtil.getBytes(plaintext));
        plaintext.release();
    }

    private static void assertDoesNotOpen(Opener opener, ByteBuf packet) {
        assertNull(opener.open(packet));
        packet.release();
    }

    @Test
    void keysAreThoseOfTheSpecification() {
        for (String direction : new String[] {"initiator", "responder"}) {
            DirectionKeys keys = new DirectionKeys(0, vector("secret-0"), direction.equals("initiator"));
            for (int epoch = 0; epoch < 2; epoch++) {
                String name = epoch + "-" + direction;
                assertEquals(epoch, keys.epoch());
                assertArrayEquals(vector("key-" + name), keys.key().getEncoded(), name);
                assertArrayEquals(vector("iv-" + name), keys.nonce(0).getIV(), name);
                keys = keys.next();
            }
        }
    }

    @Test
    void theSecretOfAnEpochGivesThatOfTheNext() {
        DirectionKeys derived = new DirectionKeys(0, vector("secret-0"), true).next();
        DirectionKeys given = new DirectionKeys(1, vector("secret-1"), true);
        assertArrayEquals(given.key().getEncoded(), derived.key().getEncoded());
    }

    @Test
    void theSequenceIsMixedIntoTheLastEightBytesOfTheNonce() {
        // Given
        DirectionKeys keys = new DirectionKeys(0, vector("secret-0"), true);

        // When
        byte[] nonce = keys.nonce(0x0102030405060708L).getIV();

        // Then
        byte[] expected = vector("iv-0-initiator").clone();
        for (int i = 4; i < 12; i++) {
            expected[i] ^= (byte) (i - 3);
        }
        assertArrayEquals(expected, nonce);
    }

    @Test
    void sealedPacketsAreThoseOfTheSpecification() {
        // Given
        Sealer initiator = new Sealer(vector("secret-0"), true, 0);
        Sealer responder = new Sealer(vector("secret-0"), false, 0, 2, HOUR);

        // When
        ByteBuf first = sealed(initiator);
        sealed(responder, false, vector("plaintext"), 0).release();
        sealed(responder, false, vector("plaintext"), 0).release();
        ByteBuf third = sealed(responder, false, vector("plaintext"), 0);

        // Then
        assertArrayEquals(vector("sealed-0"), ByteBufUtil.getBytes(first));
        assertArrayEquals(vector("sealed-2"), ByteBufUtil.getBytes(third));
        first.release();
        third.release();
    }

    @Test
    void opensThePacketsOfTheSpecification() {
        assertOpens(new Opener(vector("secret-0"), true, ALLOCATOR), Unpooled.copiedBuffer(vector("sealed-0")));
        assertOpens(new Opener(vector("secret-0"), false, ALLOCATOR), Unpooled.copiedBuffer(vector("sealed-2")));
    }

    @Test
    void oneBitChangedAnywhereButInTheHopLimitIsNoticed() {
        byte[] packet = vector("sealed-0");
        for (int at = 0; at < packet.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                // Given
                Opener opener = new Opener(vector("secret-0"), true, ALLOCATOR);
                ByteBuf changed = Unpooled.copiedBuffer(packet);
                changed.setByte(at, packet[at] ^ 1 << bit);

                // When // Then
                if (at == 2) {
                    assertOpens(opener, changed);
                } else {
                    assertDoesNotOpen(opener, changed);
                }
            }
        }
    }

    @Test
    void aPacketOfTheOtherDirectionOrAnotherChannelsKeyDoesNotOpen() {
        byte[] otherSecret = vector("secret-1");
        assertDoesNotOpen(new Opener(vector("secret-0"), false, ALLOCATOR), Unpooled.copiedBuffer(vector("sealed-0")));
        assertDoesNotOpen(new Opener(otherSecret, true, ALLOCATOR), Unpooled.copiedBuffer(vector("sealed-0")));
    }

    @Test
    void aBodyWithoutRoomForTheTagDoesNotOpen() {
        for (int body = 0; body < Sealer.TAG_BYTES; body++) {
            ByteBuf packet = Unpooled.copiedBuffer(vector("sealed-0"), 0, Packet.HEADER_BYTES + body);
            assertDoesNotOpen(new Opener(vector("secret-0"), true, ALLOCATOR), packet);
        }
    }

    @Test
    void packetsOfTheEpochBeforeAndAfterOpenAndNoOthers() {
        // Given a packet of each of four epochs
        Sealer sealer = new Sealer(vector("secret-0"), true, 0, 1, HOUR);
        ByteBuf[] packets = {sealed(sealer), sealed(sealer), sealed(sealer), sealed(sealer)};
        Opener opener = new Opener(vector("secret-0"), true, ALLOCATOR);

        // When it has moved to epoch 1
        assertDoesNotOpen(opener, packets[2].copy());
        assertOpens(opener, packets[1].copy());

        // Then
        assertOpens(opener, packets[0].copy());
        assertDoesNotOpen(opener, packets[3].copy());
        assertOpens(opener, packets[2].copy());
        assertDoesNotOpen(opener, packets[0].copy());
        assertOpens(opener, packets[1].copy());
        for (ByteBuf packet : packets) {
            packet.release();
        }
    }

    @Test
    void aForgedPacketOfTheNextEpochDoesNotMoveTheReceiver() {
        // Given
        Sealer sealer = new Sealer(vector("secret-0"), true, 0, 1, HOUR);
        ByteBuf first = sealed(sealer);
        ByteBuf forged = sealed(sealer);
        forged.setByte(forged.writerIndex() - 1, forged.getByte(forged.writerIndex() - 1) ^ 1);
        ByteBuf third = sealed(sealer);
        Opener opener = new Opener(vector("secret-0"), true, ALLOCATOR);

        // When
        assertDoesNotOpen(opener, forged);

        // Then
        assertDoesNotOpen(opener, third);
        assertOpens(opener, first);
    }

    @Test
    void keysChangeWithThePacketsOfAnEpochAndWithItsTimeWhicheverComesFirst() {
        // Given
        Sealer sealer = new Sealer(vector("secret-0"), true, 0, 3, HOUR);
        int[] epochs = new int[9];

        // When
        for (int i = 0; i < epochs.length; i++) {
            ByteBuf packet = sealed(sealer, true, vector("plaintext"), i < 5 ? HOUR - 1 : 2 * HOUR - 1 + i);
            epochs[i] = Packet.epoch(packet);
            assertEquals(i, Packet.sequence(packet));
            packet.release();
        }

        // Then
        assertArrayEquals(new int[] {0, 0, 0, 1, 1, 2, 2, 2, 3}, epochs);
        assertEquals(1L << 24, Sealer.PACKETS_PER_EPOCH);
        assertEquals(HOUR, Sealer.NANOS_PER_EPOCH);
    }
}
