package io.hikyaku.registry.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.registry.Directory;
import io.hikyaku.registry.KnownNode;
import io.hikyaku.registry.TestMember;
import io.hikyaku.registry.TokenBucket;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicDocumentsTest {
    @TempDir
    private Path folder;

    private final VirtualTime time = new VirtualTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TestMember osaka;
    private Directory directory;
    private TopicDocuments documents;
    private int missed;

    @BeforeEach
    void start() throws Exception {
        osaka = TestMember.cluster(
                TestMember.authority(folder.resolve("ca"), "demo"), folder.resolve("osaka"), "osaka");
        directory = new Directory(new NodeId(1, 1), osaka.identity::trust, RegistryLimits.DEFAULTS, time, meters);
        documents = new TopicDocuments(directory, time, 8 << 20, () -> missed++);
    }

    private List<byte[]> records(long sequence, String... services) {
        return List.copyOf(
                TopicDocuments.records(osaka.signed(sequence, services)).values());
    }

    /// The records of a document of osaka's come from its own topic.
    private void write(boolean fresh, long sequence, String... services) {
        records(sequence, services).forEach(record -> documents.onRecord("osaka", record, fresh));
    }

    private byte[] beat(long sequence, long count) {
        return TopicDocuments.bytes(osaka.beat(sequence, count));
    }

    @Test
    void putsADocumentTogetherInWhateverOrderItsRecordsCome() {
        // When
        write(true, 1, "shop/orders");
        // Then
        assertEquals(1, directory.live(osaka.node()).orElseThrow().sequence());
        // When the head comes before its parts
        records(2, "shop/orders", "shop/payments")
                .reversed()
                .forEach(record -> documents.onRecord("osaka", record, true));
        // Then
        assertEquals(2, directory.live(osaka.node()).orElseThrow().exports().size());
    }

    @Test
    void whatWasThereBeforeLivesOnceItBeats() {
        // Given
        write(false, 1, "shop/orders");
        documents.onRecord("osaka", beat(1, 5), false);
        assertFalse(directory.live().containsKey(osaka.node()));
        // When an old beat is written again
        documents.onRecord("osaka", beat(1, 5), true);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
        // When
        documents.onRecord("osaka", beat(1, 6), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        assertEquals(0, missed);
    }

    @Test
    void aBeatOfWhoIsNotKnownAnyMoreBringsItBack() {
        // Given it was silent for so long that it was forgotten
        write(true, 1, "shop/orders");
        time.run(Directory.LOST_KEPT.plus(Duration.ofMinutes(2)));
        assertFalse(directory.knows(osaka.node()));
        // When
        documents.onRecord("osaka", beat(1, 9), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void whatIsReadAgainDoesNotCountAsLiveForWhatWasOnceFresh() {
        // Given its head was written twice, and it died
        List<byte[]> records = records(1, "shop/orders");
        records.forEach(record -> documents.onRecord("osaka", record, true));
        documents.onRecord("osaka", records.getLast(), true);
        time.run(Directory.LOST_KEPT.plus(Duration.ofMinutes(2)));
        assertFalse(directory.knows(osaka.node()));
        // When the topic is read again, with a beat that was missed
        records.forEach(record -> documents.onRecord("osaka", record, false));
        documents.onRecord("osaka", beat(1, 9), false);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aBeatBringsBackWhoWasSilentForLongerThanItsLease() {
        // Given
        write(true, 1, "shop/orders");
        time.run(KnownNode.LEASE.plus(Duration.ofHours(1)));
        // When
        documents.onRecord("osaka", beat(1, 9), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        assertEquals(0, missed);
    }

    @Test
    void anUpdateThatWasNotBelievedIsOfferedAgain() {
        // Given a clock that is wrong for a moment
        write(true, 1, "shop/orders");
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        write(true, 2, "shop/payments");
        osaka.clock.set(TestMember.START);
        assertEquals(1, directory.live(osaka.node()).orElseThrow().sequence());
        // When
        documents.onRecord("osaka", beat(2, 3), true);
        // Then
        assertEquals(2, directory.live(osaka.node()).orElseThrow().sequence());
    }

    @Test
    void aBeatWhoseDocumentWasMissedHasTheTopicsReadAgain() {
        // When nothing is known of it, and when only an older document is
        documents.onRecord("osaka", beat(1, 1), true);
        write(true, 1, "shop/orders");
        time.run(Duration.ofMinutes(1));
        documents.onRecord("osaka", beat(2, 2), true);
        // Then
        assertEquals(2, missed);
    }

    @Test
    void topicsAreReadAgainLessAndLessOftenWhileThatBringsNothing() {
        // When
        for (int count = 1; count <= 60; count++) {
            documents.onRecord("osaka", beat(1, count), true);
            time.run(Duration.ofMinutes(1));
        }
        // Then after 1, 3, 7, 15 and 31 minutes again
        assertEquals(6, missed);
        // When it brings the document, and the next one is missed
        write(false, 1, "shop/orders");
        documents.onRecord("osaka", beat(2, 61), true);
        // Then
        assertEquals(7, missed);
    }

    @Test
    void topicsAreNotReadAgainForWhatIsThereAndNotBelieved() {
        // Given
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        write(true, 1, "shop/orders");
        // When
        documents.onRecord("osaka", beat(1, 1), true);
        // Then
        assertFalse(directory.knows(osaka.node()));
        assertEquals(0, missed);
    }

    private double notBelieved() {
        return meters.get("hikyaku.registry.refused.documents")
                .tag("reason", "forged")
                .counter()
                .count();
    }

    @Test
    void aDocumentThatIsNotBelievedIsReadAgainOnceAMinuteAtMost() {
        // Given a clock that is wrong
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        List<byte[]> records = records(1, "shop/orders");
        // When its node beats, and its records are written again
        for (int second = 0; second < 120; second++) {
            documents.onRecord("osaka", beat(1, second), true);
            records.forEach(record -> documents.onRecord("osaka", record, true));
            time.run(Duration.ofSeconds(1));
        }
        // Then it was offered when it came, with the first beat and after a minute
        assertEquals(3, notBelieved());
    }

    @Test
    void ofWhatANodeChangesTooOftenTheNewestCounts() {
        // Given a clock that is wrong, so that each offer is counted
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        // When
        for (int sequence = 1; sequence <= 700; sequence++) {
            write(true, sequence, "shop/orders-" + sequence);
        }
        documents.onRecord("osaka", beat(700, 1), true);
        // Then
        assertEquals(TokenBucket.BURST, notBelieved());
        // When
        osaka.clock.set(TestMember.START);
        time.run(Duration.ofSeconds(2));
        // Then
        assertEquals(700, directory.live(osaka.node()).orElseThrow().sequence());
        assertEquals(0, missed);
    }

    @Test
    void ofBeatsThatComeTooOftenTheNewestCounts() {
        // Given
        write(false, 1, "shop/orders");
        // When
        for (int count = 1; count <= 100; count++) {
            documents.onRecord("osaka", beat(1, count), false);
        }
        time.run(Duration.ofSeconds(1));
        documents.onRecord("osaka", beat(1, 99), true);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
    }

    private byte[] junk(NodeId node, int number, int bytes) {
        byte[] part = new byte[bytes];
        ByteBuffer.wrap(part).putInt(number);
        return TopicDocuments.bytes(new Parts(node, List.of(part)));
    }

    @Test
    void junkInTheTopicOfAnotherClusterKeepsNobodyOut() {
        // Given more than is kept of one node
        for (int i = 0; i < 600; i++) {
            documents.onRecord("edge", junk(osaka.node(), i, 4), true);
        }
        // When
        write(true, 1, "shop/orders");
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aTopicThatIsTooFullForgetsItsOwnNodes() {
        // Given a document whose head is yet to come
        List<byte[]> records = records(1, "shop/orders");
        records.subList(0, records.size() - 1).forEach(record -> documents.onRecord("osaka", record, true));
        // When more than all that is kept comes in another topic
        for (int i = 0; i < 400; i++) {
            documents.onRecord("edge", junk(new NodeId(7, i), i, 40 << 10), true);
        }
        documents.onRecord("osaka", records.getLast(), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void smallPartsAreChargedWithWhatIsAroundThem() {
        // Given room for 64 KiB, and a document whose head is yet to come
        documents = new TopicDocuments(directory, time, 64 << 10, () -> missed++);
        List<byte[]> records = records(1, "shop/orders");
        records.subList(0, records.size() - 1).forEach(record -> documents.onRecord("osaka", record, true));
        // When
        for (int i = 0; i < 600; i++) {
            documents.onRecord("osaka", junk(new NodeId(7, i), i, 4), true);
        }
        documents.onRecord("osaka", records.getLast(), true);
        // Then it was forgotten as the one heard of longest ago
        assertFalse(directory.live().containsKey(osaka.node()));
    }

    @Test
    void headsAreChargedAsWell() {
        // Given as before
        documents = new TopicDocuments(directory, time, 64 << 10, () -> missed++);
        List<byte[]> records = records(1, "shop/orders");
        records.subList(0, records.size() - 1).forEach(record -> documents.onRecord("osaka", record, true));
        // When
        for (int i = 0; i < 4; i++) {
            documents.onRecord("osaka", largestHead(), true);
        }
        documents.onRecord("osaka", records.getLast(), true);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
    }

    private static byte[] largestHead() {
        InstanceKey key = InstanceKey.generate();
        List<PartDigest> parts = Collections.nCopies(DocumentHead.MAX_PARTS, PartDigest.of(new byte[] {1}));
        DocumentHead head = DocumentHead.unsigned(key.publicKey().raw(), 1, false, parts);
        byte[] signature = key.sign(InstanceKey.Purpose.DOCUMENT, DocumentHeads.signedBytes(head));
        return TopicDocuments.bytes(new Document(DocumentHeads.write(head.withSignature(signature)), List.of()));
    }

    @Test
    void partsThatTheHeadNamesFindRoomAndTheTopicsAreReadAgainForThem() {
        // Given
        List<byte[]> records = records(1, "shop/orders");
        for (int i = 0; i < 600; i++) {
            documents.onRecord("osaka", junk(osaka.node(), i, 4), true);
        }
        records.forEach(record -> documents.onRecord("osaka", record, true));
        // When
        documents.onRecord("osaka", beat(1, 1), true);
        assertEquals(1, missed);
        records.forEach(record -> documents.onRecord("osaka", record, false));
        documents.onRecord("osaka", beat(1, 2), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void whatIsNoRecordOfTheRegistryChangesNothing() {
        // Given
        byte[] forged = beat(1, 9);
        forged[forged.length - 1] ^= 1;
        write(false, 1, "shop/orders");
        // When
        for (byte[] record : List.of(new byte[0], new byte[] {9}, new byte[] {1, 2, 3}, new byte[] {2}, forged)) {
            documents.onRecord("osaka", record, true);
        }
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
    }
}
