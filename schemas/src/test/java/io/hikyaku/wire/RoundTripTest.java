package io.hikyaku.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.route.RegistryFrame;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// What holds for every frame type alike.
class RoundTripTest {
    private static final int VALUES = 300;
    private static final int VALUES_TO_CUT = 10;

    private final RandomFrames frames = new RandomFrames();

    @Test
    void whatIsEncodedIsDecodedAgain() {
        forEach(VALUES, (codec, value) -> assertEquals(value, codec.decode(codec.encode(value)), frames.replay()));
    }

    @Test
    void equalFramesHaveEqualHashes() {
        forEach(
                VALUES,
                (codec, value) -> assertEquals(
                        value.hashCode(), codec.decode(codec.encode(value)).hashCode(), frames.replay()));
    }

    /// Cut anywhere, a frame is refused as such. A few end with the bytes, and are whole frames when cut late;
    /// metadata cut between two fields lacks one.
    @Test
    void aFrameCutAnywhereIsMalformed() {
        forEach(VALUES_TO_CUT, (codec, value) -> {
            byte[] whole = codec.encode(value);
            for (int length = 0; length < whole.length; length++) {
                refusesOrReadsToTheEnd(codec, Arrays.copyOf(whole, length), value);
            }
        });
    }

    @Test
    void bytesAfterAFrameThatFillsItsPacketAreMalformed() {
        forEach(VALUES_TO_CUT, (codec, value) -> {
            if (codec.fillsItsBytes() && !endsWithItsBytes(value)) {
                byte[] whole = codec.encode(value);
                byte[] longer = Arrays.copyOf(whole, whole.length + 1);
                Malformed refused = assertThrows(Malformed.class, () -> codec.decode(longer), frames.replay());
                Set<Reason> allowed = Set.of(Reason.TRAILING_BYTES, Reason.TRUNCATED, Reason.UNKNOWN_TYPE);
                assertTrue(allowed.contains(refused.reason()), () -> refused + " " + value + " " + frames.replay());
            }
        });
    }

    private void refusesOrReadsToTheEnd(Codec<?> codec, byte[] cut, Object value) {
        try {
            Object decoded = codec.decode(cut);
            assertTrue(
                    endsWithItsBytes(decoded) || lacksWhatMayBeMissing(decoded),
                    () -> decoded + " of a cut " + value + " " + frames.replay());
        } catch (Malformed e) {
            boolean lacksAField = codec.equals(Codec.METADATA) && e.reason() == Reason.INVALID_VALUE;
            assertTrue(e.reason() == Reason.TRUNCATED || lacksAField, () -> e + " " + value + " " + frames.replay());
        }
    }

    /// Caller, affinity and deadline stand last and may be missing.
    private static boolean lacksWhatMayBeMissing(Object frame) {
        return frame instanceof OpenMetadata metadata
                && (metadata.deadlineMicros() == 0
                        || metadata.caller().isEmpty()
                        || metadata.affinity().isEmpty());
    }

    private static boolean endsWithItsBytes(Object frame) {
        return switch (frame) {
            case HandshakeFrame.Segment segment -> true;
            case RegistryFrame.Document document -> true;
            case RegistryFrame.Parts parts -> true;
            case RegistryFrame.Want want -> true;
            case RegistryFrame.Summary summary -> true;
            case RegistryFrame.Subscribe subscribe -> true;
            default -> false;
        };
    }

    private void forEach(int values, Check check) {
        for (Map.Entry<Codec<?>, Supplier<Object>> source : frames.sources()) {
            Consumer<Object> each = value -> check.holds(source.getKey(), value);
            for (int i = 0; i < values; i++) {
                each.accept(source.getValue().get());
            }
        }
    }

    private interface Check {
        void holds(Codec<?> codec, Object value);
    }
}
