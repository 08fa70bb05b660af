package io.hikyaku.registry.topic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicNodeTest {
    private static final int PART_BYTES = 10_000;

    @Test
    void headsThatComeTooSoonDoNotHaveItKeepThePartsOfAll() {
        // Given
        TopicNode node = new TopicNode(0);
        // When each names parts of which one never comes
        for (int sequence = 1; sequence <= 10; sequence++) {
            List<byte[]> parts = parts(sequence);
            List<PartDigest> digests = parts.stream().map(PartDigest::of).toList();
            node.defer(DocumentHead.unsigned(new byte[DocumentHead.KEY_BYTES], sequence, false, digests), true);
            parts.subList(1, parts.size()).forEach(node::add);
        }
        // Then it keeps no more than two documents of them
        assertTrue(node.size() < 3L * DocumentHead.MAX_PARTS * PART_BYTES, () -> node.size() + " bytes");
    }

    private static List<byte[]> parts(int sequence) {
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < DocumentHead.MAX_PARTS; i++) {
            parts.add(ByteBuffer.allocate(PART_BYTES).putInt(sequence).putInt(i).array());
        }
        return parts;
    }
}
