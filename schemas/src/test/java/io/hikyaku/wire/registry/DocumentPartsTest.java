package io.hikyaku.wire.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DocumentPartsTest {
    @Test
    void aPartInflatesToWhatWasDeflated() {
        // Given
        byte[] text = "{\"exports\":[]}".repeat(500).getBytes(StandardCharsets.US_ASCII);
        // When
        byte[] part = DocumentParts.deflate(text);
        // Then
        assertTrue(part.length < text.length / 20, "deflated to " + part.length);
        assertArrayEquals(text, DocumentParts.inflate(part));
    }

    @Test
    void inflatesNoMoreThanAPartMayHold() {
        // Given
        byte[] fits = DocumentParts.deflate(new byte[DocumentParts.MAX_PART_TEXT]);
        byte[] bomb = DocumentParts.deflate(new byte[10 * DocumentParts.MAX_PART_TEXT]);
        // When, Then
        assertEquals(DocumentParts.MAX_PART_TEXT, DocumentParts.inflate(fits).length);
        assertTrue(bomb.length < 4_000, "a bomb of " + bomb.length);
        assertReason(Reason.TOO_LARGE, bomb);
        assertReason(Reason.TOO_LARGE, new byte[DocumentParts.MAX_PART_BYTES + 1]);
    }

    @Test
    void refusesWhatIsNotOneDeflatedText() {
        // Given
        byte[] part = DocumentParts.deflate(new byte[1000]);
        // When, Then
        assertReason(Reason.TRUNCATED, Arrays.copyOf(part, part.length - 1));
        assertReason(Reason.TRAILING_BYTES, Arrays.copyOf(part, part.length + 1));
        assertReason(Reason.INVALID_VALUE, new byte[] {-1, -1, -1});
    }

    @Test
    void theNumberOfBucketsIsAPowerOfTwoThatDoesNotFlutter() {
        // When, Then
        assertEquals(1, DocumentParts.buckets(1, 0));
        assertEquals(1, DocumentParts.buckets(100, 0));
        assertEquals(2, DocumentParts.buckets(101, 1));
        assertEquals(2, DocumentParts.buckets(100, 2));
        assertEquals(1, DocumentParts.buckets(50, 2));
        assertEquals(128, DocumentParts.buckets(10_000, 0));
        assertEquals(256, DocumentParts.buckets(NodeDocument.MAX_EXPORTS, 0));
    }

    @Test
    void theBucketOfAServiceIsThatOfTheSpecification() {
        // Given SHA-256 of shop/orders begins with these four bytes
        int hash = DocumentParts.hash("shop/orders");
        // When, Then
        assertEquals(SHOP_ORDERS, Integer.toHexString(hash));
        assertEquals(hash & 127, DocumentParts.bucket(hash, 128));
    }

    private static final String SHOP_ORDERS = "644f7b8c";

    private static void assertReason(Reason reason, byte[] part) {
        assertEquals(
                reason,
                assertThrows(Malformed.class, () -> DocumentParts.inflate(part)).reason());
    }
}
