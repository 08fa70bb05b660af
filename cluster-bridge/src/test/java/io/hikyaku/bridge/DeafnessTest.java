package io.hikyaku.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeafnessTest {
    private final NodeDocument overKafka = document(Optional.of(new NodeDocument.KafkaInbox("inbox", 0)));
    private final NodeDocument overLinks = document(Optional.empty());
    private final Deafness deafness = new Deafness();
    private long now;

    private static NodeDocument document(Optional<NodeDocument.KafkaInbox> inbox) {
        return new NodeDocument(
                new NodeId(1, 2),
                "spiffe://demo/cluster/osaka",
                "a.b.c",
                1,
                1,
                false,
                false,
                false,
                List.of(),
                Optional.empty(),
                inbox);
    }

    private boolean hears(NodeDocument document, boolean read) {
        return deafness.hears(document, _ -> read, now);
    }

    @Test
    void aTopicThatStaysAwayExcusesNobodyAlthoughOthersOfItsClusterDoNotUseIt() {
        // Given
        assertTrue(hears(overKafka, true));
        assertFalse(hears(overKafka, false));
        // When both are looked at until the time is over
        for (Duration passed = Duration.ZERO; passed.compareTo(Deafness.MAX) <= 0; passed = passed.plusMinutes(1)) {
            now = passed.toNanos();
            assertTrue(hears(overLinks, false));
            assertFalse(hears(overKafka, false));
        }
        now += Duration.ofMinutes(1).toNanos();
        // Then
        assertTrue(hears(overKafka, false));
        // When the topic was read for a moment
        assertTrue(hears(overKafka, true));
        // Then the time begins anew
        assertFalse(hears(overKafka, false));
    }
}
