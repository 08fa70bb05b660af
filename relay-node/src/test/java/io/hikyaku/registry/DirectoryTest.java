package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.DataSize;
import io.hikyaku.config.RegistryLimits;
import io.hikyaku.identity.Authority;
import io.hikyaku.route.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    private static final NodeId SELF = new NodeId(1, 1);

    @TempDir
    private Path folder;

    private final VirtualTime time = new VirtualTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> events = new ArrayList<>();
    private TestMember osaka;
    private TestMember edge;
    private Directory directory;

    @BeforeEach
    void start() throws Exception {
        Authority authority = TestMember.authority(folder.resolve("ca"), "demo");
        osaka = TestMember.cluster(authority, folder.resolve("osaka"), "osaka");
        edge = TestMember.cluster(authority, folder.resolve("edge"), "edge");
        directory = directory(RegistryLimits.DEFAULTS);
    }

    private Directory directory(RegistryLimits limits) {
        Directory made = new Directory(SELF, osaka.identity::trust, limits, time, meters);
        made.addListener(new Directory.Listener() {
            @Override
            public void onLive(NodeDocument document) {
                events.add("live " + document.sequence());
            }

            @Override
            public void onGone(NodeId node) {
                events.add("gone");
            }
        });
        return made;
    }

    private double refused(String reason) {
        return meters.get("hikyaku.registry.refused.documents")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Test
    void listsWhatANodeExports() {
        // When
        boolean taken = directory.offer(osaka.signed(1, "shop/orders"), true);
        // Then
        assertTrue(taken);
        NodeDocument live = directory.live(osaka.node()).orElseThrow();
        assertEquals("shop/orders", live.exports().getFirst().service());
        assertEquals(List.of("live 1"), events);
    }

    @Test
    void listenersHearOfChangesAndNotOfRefreshes() {
        // When
        directory.offer(osaka.signed(1, "shop/orders"), true);
        directory.offer(osaka.signed(2, "shop/orders"), true);
        directory.offer(osaka.signed(3, "shop/orders", "shop/payments"), true);
        // Then
        assertEquals(List.of("live 1", "live 3"), events);
        assertEquals(3, directory.live(osaka.node()).orElseThrow().sequence());
    }

    @Test
    void forgetsANodeThirtySecondsAfterItsSequenceLastRose() {
        // Given
        byte[] second = osaka.signed(2);
        directory.offer(osaka.signed(1), true);
        time.pass(Duration.ofSeconds(20));
        directory.offer(second, true);
        // When the same is offered again and again
        for (int i = 0; i < 29; i++) {
            time.pass(Duration.ofSeconds(1));
            directory.offer(second, true);
        }
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        // When
        time.pass(Duration.ofSeconds(3));
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
        assertEquals("gone", events.getLast());
        // When a replay
        directory.offer(second, true);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
        assertEquals(1, refused("rolled-back"));
        // When it speaks again
        directory.offer(osaka.signed(3), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void whoLeavesIsGoneAtOnceAndIsNotReplayed() {
        // Given
        byte[] first = osaka.signed(1);
        directory.offer(first, true);
        // When
        directory.offer(osaka.signed(osaka.document(2, true)), true);
        directory.offer(first, true);
        // Then
        assertEquals(Set.of(), directory.live().keySet());
        assertEquals(List.of("live 1", "gone"), events);
        assertEquals(1, refused("rolled-back"));
    }

    @Test
    void whatComesFromKafkasPastDoesNotCountAsLive() {
        // When
        directory.offer(osaka.signed(1), false);
        directory.offer(osaka.signed(2), false);
        // Then
        assertEquals(Set.of(), directory.live().keySet());
        assertEquals(List.of(), events);
        // When
        directory.offer(osaka.signed(3), true);
        // Then
        assertEquals(Set.of(osaka.node()), directory.live().keySet());
        assertEquals(List.of("live 3"), events);
    }

    @Test
    void aFreshOfferConfirmsWhatIsKnownFromThePast() {
        // Given
        byte[] first = osaka.signed(1);
        directory.offer(first, false);
        // When it comes over a link as well
        boolean taken = directory.offer(osaka.node(), 1, first);
        // Then
        assertTrue(taken);
        assertEquals(List.of("live 1"), events);
    }

    @Test
    void anOlderDocumentChangesNothing() {
        // Given
        byte[] first = osaka.signed(1, "shop/orders");
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
        // Given edge claims osaka's node: with osaka's statement, and under osaka's name
        NodeDocument stolen = TestMember.document(
                osaka.node(), edge.identity.member().uri(), osaka.statement, 9, false, "shop/payments");
        NodeDocument asOsaka = osaka.document(9, "shop/payments");
        NodeDocument otherNode = TestMember.document(
                osaka.node(), edge.identity.member().uri(), edge.statement, 9, false, "shop/payments");
        // When
        boolean anyTaken = directory.offer(edge.signed(stolen), true)
                | directory.offer(edge.signed(asOsaka), true)
                | directory.offer(edge.signed(otherNode), true);
        // Then
        assertFalse(anyTaken);
        assertEquals(3, refused("foreign"));
        assertEquals(Set.of(), directory.live().keySet());
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
    void changedBytesAreForgedOrMalformed() {
        // Given
        byte[] signed = osaka.signed(1);
        byte[] flipped = signed.clone();
        int inPayload = new String(signed, StandardCharsets.US_ASCII).indexOf('.') + 10;
        flipped[inPayload] ^= 1;
        // When
        boolean anyTaken =
                directory.offer(flipped, true) | directory.offer("nonsense".getBytes(StandardCharsets.US_ASCII), true);
        // Then
        assertFalse(anyTaken);
        assertEquals(2, refused("forged") + refused("malformed"));
    }

    @Test
    void aFloodedDocumentMustSayWhatItsFrameSays() {
        // When
        boolean anyTaken =
                directory.offer(osaka.node(), 99, osaka.signed(1)) | directory.offer(edge.node(), 1, osaka.signed(1));
        // Then
        assertFalse(anyTaken);
        assertEquals(2, refused("foreign"));
    }

    @Test
    void staysWithinItsBudget() {
        // Given room for one document of more than half a MiB
        directory.close();
        Directory small =
                directory(new RegistryLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), DataSize.ofMiB(1)));
        String[] services = new String[2_000];
        for (int i = 0; i < services.length; i++) {
            services[i] = "n".repeat(63) + "/" + "s".repeat(59) + i;
        }
        // When
        boolean first = small.offer(osaka.signed(1, services), true);
        boolean again = small.offer(osaka.signed(2, services), true);
        byte[] large = edge.signed(1, services);
        boolean other = small.offer(large, true);
        // Then
        assertTrue(first);
        assertTrue(again);
        assertTrue(large.length > 1 << 19, "not large enough: " + large.length);
        assertFalse(other);
        assertEquals(1, refused("too-many"));
    }

    @Test
    void isReadyOnceASnapshotEnded() {
        // Given
        boolean before = directory.ready();
        // When
        directory.onSnapshotEnd();
        // Then
        assertFalse(before);
        assertTrue(directory.ready());
    }
}
