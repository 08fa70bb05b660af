package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.registry.NodeDocument;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Documents that are not taken.
class DirectoryRefusalTest extends DirectoryScene {
    @Test
    void anOlderDocumentChangesNothing() {
        // Given
        SignedDocument first = osaka.signed(1, "shop/orders");
        directory.offer(first, true);
        directory.offer(osaka.signed(2), true);
        // When
        boolean taken = directory.offer(first, true);
        // Then
        assertFalse(taken);
        assertEquals(2, directory.live(osaka.node()).orElseThrow().sequence());
        assertEquals(1, refused("rolled-back"));
    }

    @Test
    void twoDocumentsOfOneSequenceAreCountedAndTheFirstStays() {
        // Given
        directory.offer(osaka.signed(1, "shop/orders"), true);
        // When
        boolean taken = directory.offer(osaka.signed(1, "shop/other"), true);
        // Then
        assertFalse(taken);
        assertEquals(
                "shop/orders",
                directory.live(osaka.node()).orElseThrow().exports().getFirst().service());
        assertEquals(1, refused("equivocated"));
    }

    @Test
    void aMemberCannotSpeakForAnothersNode() {
        // Given edge claims osaka's node, osaka's statement, and osaka's name
        NodeDocument osakasNode = TestMember.document(
                osaka.node(), edge.identity.member().uri(), edge.statement, 9, false, "shop/payments");
        NodeDocument osakasStatement = TestMember.document(
                edge.node(), osaka.identity.member().uri(), osaka.statement, 9, false, "shop/payments");
        NodeDocument osakasName = TestMember.document(
                edge.node(), osaka.identity.member().uri(), edge.statement, 9, false, "shop/payments");
        // When
        boolean anyTaken = directory.offer(edge.signed(osakasNode), true)
                | directory.offer(edge.signed(osakasStatement), true)
                | directory.offer(edge.signed(osakasName), true);
        // Then
        assertFalse(anyTaken);
        assertEquals(3, refused("foreign"));
        assertEquals(Set.of(), directory.live().keySet());
    }

    @Test
    void aHeadIsSignedByTheKeyWhoseNodeItNames() {
        // Given
        DocumentHead head = osaka.signed(5).head();
        DocumentHead older = osaka.signed(4).head();
        // When, Then
        assertTrue(SignedDocuments.isGenuine(head));
        assertFalse(SignedDocuments.isGenuine(head.withSignature(older.signature())));
        assertFalse(SignedDocuments.isGenuine(
                new DocumentHead(edge.key.publicKey().raw(), 5, false, head.parts(), head.signature())));
        assertFalse(SignedDocuments.isGenuine(osaka.beat(5, 1), edge.signed(5).head()));
        assertTrue(SignedDocuments.isGenuine(osaka.beat(5, 1), older));
    }

    @Test
    void aMemberOfAnotherMeshIsNobody() throws Exception {
        // Given
        Authority other = TestMember.authority(folder.resolve("ca2"), "demo");
        TestMember impostor = TestMember.cluster(other, folder.resolve("osaka2"), "osaka");
        // When
        boolean taken = directory.offer(impostor.signed(1), true);
        // Then
        assertFalse(taken);
        assertEquals(1, refused("forged"));
    }

    @Test
    void partsThatHoldNoDocumentAreMalformed() {
        // Given
        byte[] nonsense = DocumentParts.deflate("nonsense".getBytes(StandardCharsets.US_ASCII));
        byte[] notDeflated = {1, 2, 3};
        // When
        boolean anyTaken = false;
        for (byte[] part : List.of(nonsense, notDeflated)) {
            anyTaken |= directory.offer(signed(List.of(PartDigest.of(part)), Map.of(PartDigest.of(part), part)), true);
        }
        anyTaken |= directory.offer(signed(List.of(PartDigest.of(nonsense)), Map.of()), true);
        // Then
        assertFalse(anyTaken);
        assertEquals(3, refused("malformed"));
    }

    private SignedDocument signed(List<PartDigest> digests, Map<PartDigest, byte[]> parts) {
        return SignedDocument.of(DocumentHead.unsigned(osaka.key.publicKey().raw(), 1, false, digests), parts);
    }

    @Test
    void staysWithinItsBudget() {
        // Given room for one document of more than half a MiB
        directory.close();
        Directory small =
                directory(new RegistryLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), DataSize.ofMiB(1)));
        String[] services = new String[3_500];
        Arrays.setAll(services, i -> "n".repeat(63) + "/" + "s".repeat(59) + i);
        // When
        boolean first = small.offer(osaka.signed(1, services), true);
        boolean again = small.offer(osaka.signed(2, services), true);
        boolean other = small.offer(edge.signed(1, services), true);
        boolean little = small.offer(edge.signed(2, "shop/orders"), true);
        // Then
        assertTrue(first);
        assertTrue(again);
        assertFalse(other);
        assertEquals(1, refused("too-many"));
        assertTrue(little);
    }
}
