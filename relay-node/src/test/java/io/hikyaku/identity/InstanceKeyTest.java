package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.InstanceKey.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class InstanceKeyTest {

    /// RFC 8032 section 7.1, test 1.
    private static final byte[] KNOWN =
            HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    private final InstanceKey key = InstanceKey.generate();
    private final byte[] nonce = {1, 2, 3, 4};

    @Test
    void theNodeIdIsTheFrontOfTheKeysHash() {
        // printf d75a…511a | xxd -r -p | sha256sum
        assertEquals(
                "21fe31dfa154a261626bf854046fd227",
                InstancePublicKey.ofRaw(KNOWN).nodeId().toString());
    }

    @Test
    void everyStartIsAnotherNode() {
        assertNotEquals(key.nodeId(), InstanceKey.generate().nodeId());
    }

    @Test
    void provesPossession() {
        // When
        byte[] signature = key.sign(Purpose.LINK, nonce);

        // Then
        assertEquals(64, signature.length);
        assertTrue(InstancePublicKey.ofRaw(key.publicKey().raw()).verifies(signature, Purpose.LINK, nonce));
    }

    @Test
    void aSignatureIsGoodForItsKeyPurposeAndPartsOnly() {
        // Given
        byte[] signature = key.sign(Purpose.LINK, nonce, new byte[] {5});

        // When, then
        InstancePublicKey own = key.publicKey();
        assertTrue(own.verifies(signature, Purpose.LINK, nonce, new byte[] {5}));
        assertFalse(own.verifies(signature, Purpose.CHANNEL, nonce, new byte[] {5}));
        assertFalse(own.verifies(signature, Purpose.LINK, new byte[] {9, 2, 3, 4}, new byte[] {5}));
        assertFalse(own.verifies(signature, Purpose.LINK, new byte[] {1, 2, 3}, new byte[] {4, 5}));
        assertFalse(own.verifies(signature, Purpose.LINK, nonce, new byte[] {5}, new byte[0]));
        assertFalse(own.verifies(signature, Purpose.LINK, nonce));
        assertFalse(InstanceKey.generate().publicKey().verifies(signature, Purpose.LINK, nonce, new byte[] {5}));
    }

    @Test
    void refusesEverySignatureOfAnotherLengthOrContent() {
        byte[] signature = key.sign(Purpose.LINK, nonce);
        for (int length : new int[] {0, 1, 63, 65, 1000}) {
            assertFalse(key.publicKey().verifies(Arrays.copyOf(signature, length), Purpose.LINK, nonce));
        }
        for (int bit = 0; bit < signature.length * 8; bit += 37) {
            byte[] flipped = signature.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(key.publicKey().verifies(flipped, Purpose.LINK, nonce), "bit " + bit);
        }
    }

    @Test
    void signsTheLabelAndThePartsWithTheirLengths() {
        assertEquals(
                HexFormat.of().formatHex("hikyaku link proof".getBytes(StandardCharsets.US_ASCII)) + "00" + "00000002"
                        + "0a0b" + "00000000" + "00000001" + "0c",
                HexFormat.of()
                        .formatHex(InstanceKey.signedBytes(
                                Purpose.LINK, new byte[] {10, 11}, new byte[0], new byte[] {12})));
    }

    @Test
    void takesThirtyTwoBytesOnly() {
        for (int length : new int[] {0, 31, 33}) {
            assertThrows(IllegalArgumentException.class, () -> InstancePublicKey.ofRaw(new byte[length]));
        }
    }

    @Test
    void aKeyThatIsNoPointOfTheCurveVerifiesNothing() {
        // Given
        byte[] noPoint = new byte[InstancePublicKey.BYTES];
        Arrays.fill(noPoint, (byte) 0xff);

        // When, then
        assertFalse(verifiesAnything(noPoint));
        for (int first = 0; first < 256; first += 31) {
            noPoint[0] = (byte) first;
            assertFalse(verifiesAnything(noPoint));
        }
    }

    @Test
    void showsTheNodeIdAndNothingOfTheKey() {
        assertEquals("InstanceKey[" + key.nodeId() + "]", key.toString());
        assertEquals("InstancePublicKey[" + key.nodeId() + "]", key.publicKey().toString());
    }

    private boolean verifiesAnything(byte[] raw) {
        try {
            return InstancePublicKey.ofRaw(raw).verifies(key.sign(Purpose.LINK, nonce), Purpose.LINK, nonce);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
