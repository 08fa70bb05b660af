package io.hikyaku.kafka.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.PretendedKafka;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class DocumentWriterTest {
    private static final NodeId SELF = new NodeId(1, 2);
    private static final KafkaTransport.Settings SETTINGS = new KafkaTransport.Settings(
            Map.of("bootstrap.servers", "nobody:1"), new KafkaTopics("demo"), "osaka", SELF, 2, 1);

    private final PretendedKafka kafka = new PretendedKafka();
    private final DocumentWriter writer = new DocumentWriter(SETTINGS, kafka);

    /// Two parts and the head, which are under way.
    private void writeThree() {
        SequencedMap<String, byte[]> records = new LinkedHashMap<>();
        List.of("/0", "/1", "").forEach(key -> records.put(key, key.getBytes(StandardCharsets.US_ASCII)));
        writer.publish(records);
        writer.write();
    }

    /// What was handed to the client since, by what follows the node id in the keys.
    private List<String> writtenAgain() throws Exception {
        kafka.records.clear();
        Await.until("it tries again", () -> {
            writer.write();
            return !kafka.records.history().isEmpty();
        });
        return kafka.records.history().stream()
                .map(record -> new String(record.key(), StandardCharsets.US_ASCII))
                .map(key -> key.substring(SELF.toString().length()))
                .toList();
    }

    @Test
    void writesARefusedRecordAgainAndNoOther() throws Exception {
        // Given
        writeThree();
        kafka.records.errorNext(new RecordTooLargeException("64 KiB"));

        // When
        kafka.records.completeNext();
        kafka.records.completeNext();

        // Then
        assertFalse(writer.health.up());
        assertEquals(List.of("/0"), writtenAgain());
    }

    @Test
    void isWellAgainOnceTheRefusedRecordIsTaken() throws Exception {
        // Given
        writeThree();
        kafka.records.errorNext(new RecordTooLargeException("64 KiB"));
        kafka.records.completeNext();
        kafka.records.completeNext();
        writtenAgain();

        // When
        kafka.records.completeNext();

        // Then
        assertTrue(writer.health.up());
    }

    @Test
    void writesAllAgainWhenTheTopicWasMissing() throws Exception {
        // Given
        writeThree();
        kafka.records.completeNext();
        kafka.records.completeNext();
        kafka.records.errorNext(new UnknownTopicOrPartitionException("no such topic"));
        List<String> first = writtenAgain();

        // When
        kafka.records.completeNext();

        // Then
        assertEquals(List.of(""), first);
        assertEquals(List.of("/0", "/1", ""), writtenAgain());
    }
}
