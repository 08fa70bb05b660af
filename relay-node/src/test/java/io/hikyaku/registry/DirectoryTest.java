package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DirectoryTest extends DirectoryScene {
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
    void aNodeThatGivesNoSignIsLostAfterTheExpiry() {
        // Given
        SignedDocument second = osaka.signed(2, "shop/orders");
        directory.offer(osaka.signed(1, "shop/orders"), true);
        time.run(Duration.ofSeconds(20));
        directory.offer(second, true);
        // When the same is offered again and again
        for (int i = 0; i < 29; i++) {
            time.run(Duration.ofSeconds(1));
            directory.offer(second, true);
        }
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        // When
        time.run(Duration.ofSeconds(3));
        // Then it is not reachable, which is not the same as not there
        assertFalse(directory.live().containsKey(osaka.node()));
        assertEquals("gone", events.getLast());
        assertEquals(
                "shop/orders",
                directory.lost().get(osaka.node()).exports().getFirst().service());
        // When a replay
        directory.offer(second, true);
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
        // When it speaks again
        directory.offer(osaka.signed(3), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        assertEquals(Map.of(), directory.lost());
    }

    @Test
    void listenersHearWhenALostNodeIsForgotten() {
        // Given
        directory.offer(osaka.signed(1, "shop/orders"), true);
        time.run(Duration.ofMinutes(1));
        assertEquals(List.of("live 1", "gone"), events);
        // When
        time.run(Directory.LOST_KEPT);
        // Then what is shown to callers is made anew
        assertEquals(Map.of(), directory.lost());
        assertEquals(List.of("live 1", "gone", "gone"), events);
    }

    @Test
    void risingBeatsKeepANodeAliveAndRepeatedOnesDoNot() {
        // Given
        directory.offer(osaka.signed(1), true);
        // When
        for (int count = 1; count <= 20; count++) {
            time.run(Duration.ofSeconds(10));
            directory.onBeat(osaka.beat(1, count), true);
        }
        // Then
        assertEquals(List.of("live 1"), events);
        // When
        for (int i = 0; i < 4; i++) {
            time.run(Duration.ofSeconds(10));
            directory.onBeat(osaka.beat(1, 20), true);
        }
        // Then
        assertEquals(List.of("live 1", "gone"), events);
        // When
        directory.onBeat(osaka.beat(1, 21), true);
        // Then
        assertEquals(List.of("live 1", "gone", "live 1"), events);
    }

    @Test
    void aNeighbourThatVouchesKeepsANodeAliveUntilItsLeaseEnds() {
        // Given
        directory.offer(osaka.signed(1), true);
        directory.onVouched(osaka.node(), true);
        // When
        time.run(KnownNode.LEASE);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        // When the node itself has signed nothing for so long
        time.run(Duration.ofMinutes(1));
        // Then the word of others is not enough
        assertFalse(directory.live().containsKey(osaka.node()));
        // When all of it is told again
        time.run(Directory.LOST_KEPT.plusMinutes(1));
        directory.onVouched(osaka.node(), false);
        directory.onVouched(osaka.node(), true);
        boolean taken = directory.offer(osaka.signed(1), true);
        // Then
        assertFalse(taken);
        assertEquals(1, refused("rolled-back"));
        // When it beats
        directory.onBeat(osaka.beat(1, 7), true);
        boolean takenNow = directory.offer(osaka.signed(1), true);
        // Then
        assertTrue(takenNow);
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void whoIsVouchedForAgainIsBackAtOnce() {
        // Given
        directory.offer(osaka.signed(1), true);
        directory.onVouched(osaka.node(), true);
        directory.onVouched(osaka.node(), false);
        time.run(Duration.ofMinutes(10));
        assertFalse(directory.live().containsKey(osaka.node()));
        // When
        directory.onVouched(osaka.node(), true);
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aLivingChannelKeepsItsPeerKnown() {
        // Given
        boolean[] alive = {true};
        directory.watch(new Directory.Signs() {
            @Override
            public boolean isProven(NodeId node) {
                return alive[0] && node.equals(osaka.node());
            }

            @Override
            public boolean isHeard(NodeDocument document) {
                return true;
            }
        });
        directory.offer(osaka.signed(1), true);
        directory.offer(edge.signed(1), true);
        // When
        time.run(Duration.ofHours(8));
        // Then
        assertEquals(Set.of(osaka.node()), directory.live().keySet());
        // When
        alive[0] = false;
        time.run(Duration.ofSeconds(32));
        // Then
        assertEquals(Set.of(), directory.live().keySet());
    }

    @Test
    void nobodyIsLostWhileNobodyCanBeHeard() {
        // Given
        boolean[] heard = {false};
        directory.watch(new Directory.Signs() {
            @Override
            public boolean isProven(NodeId node) {
                return false;
            }

            @Override
            public boolean isHeard(NodeDocument document) {
                return heard[0];
            }
        });
        directory.offer(osaka.signed(1), true);
        // When
        time.run(Duration.ofMinutes(10));
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
        // When
        heard[0] = true;
        time.run(Duration.ofSeconds(32));
        // Then
        assertFalse(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aProcessThatWasStoppedLosesNobodyAtOnce() {
        // Given
        directory.offer(osaka.signed(1), true);
        // When
        time.standStill(Duration.ofMinutes(5));
        time.run(Duration.ofSeconds(10));
        // Then
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aNodeGoesWhenItsStatementExpires() {
        // Given
        directory.offer(osaka.signed(1), true);
        directory.onVouched(osaka.node(), true);
        // When
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        time.run(Duration.ofSeconds(2));
        // Then
        assertEquals(Set.of(), directory.live().keySet());
        assertEquals(1, refused("forged"));
    }

    @Test
    void aNodeThatAWrongClockMadeGoIsTakenAgainOnceTheClockIsSet() {
        // Given
        SignedDocument document = osaka.signed(1);
        directory.offer(document, true);
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        time.run(Duration.ofSeconds(2));
        assertFalse(directory.offer(document, true));
        // When
        osaka.clock.set(TestMember.START);
        boolean taken = directory.offer(document, true);
        // Then
        assertTrue(taken);
        assertTrue(directory.live().containsKey(osaka.node()));
    }

    @Test
    void aChangeOfOneExportReadsOnePart() {
        // Given
        String[] services = new String[1_000];
        Arrays.setAll(services, i -> "team/service-" + i);
        DocumentMaker maker = new DocumentMaker(osaka.key);
        SignedDocument before = maker.make(osaka.document(1, services));
        directory.offer(before, true);
        // When
        services[7] = "team/other";
        SignedDocument after = maker.make(osaka.document(2, services));
        Set<PartDigest> news = after.newerThan(before);
        SignedDocument newsAlone = new SignedDocument(osaka.node(), after.head(), partsOf(after, news));
        boolean taken = directory.offer(newsAlone, true);
        // Then
        assertTrue(news.size() <= 2, news.size() + " parts changed");
        assertTrue(taken);
        NodeDocument live = directory.live(osaka.node()).orElseThrow();
        assertEquals(1_000, live.exports().size());
        assertTrue(live.exports().stream().anyMatch(export -> export.service().equals("team/other")));
    }

    /// The parts that are new, and the first.
    private static Map<PartDigest, byte[]> partsOf(SignedDocument after, Set<PartDigest> news) {
        Map<PartDigest, byte[]> parts = new HashMap<>(after.parts());
        PartDigest first = after.head().parts().getFirst();
        parts.keySet().removeIf(digest -> !news.contains(digest) && !digest.equals(first));
        return parts;
    }

    @Test
    void aLastWordThatComesTwoWaysIsGenuineBothTimes() {
        // Given
        SignedDocument last = osaka.signed(osaka.document(2, true));
        directory.offer(osaka.signed(1), true);
        directory.offer(last, true);
        // When
        boolean taken = directory.offer(last, true);
        // Then it is passed on
        assertTrue(taken);
        assertEquals(0, refused("rolled-back"));
        assertEquals(List.of("live 1", "gone"), events);
    }

    @Test
    void otherPartsOfALostNodeAreNoSignThatItLives() {
        // Given
        String[] services = new String[1_000];
        Arrays.setAll(services, i -> "team/service-" + i);
        SignedDocument whole = osaka.signed(1, services);
        directory.offer(new SignedDocument(osaka.node(), whole.head(), partsOf(whole, Set.of())), true);
        time.run(Duration.ofMinutes(1));
        assertEquals(List.of("live 1", "gone"), events);
        // When more of its services are wanted
        boolean taken = directory.offer(whole, true);
        // Then they are known, and cannot be reached
        assertTrue(taken);
        assertEquals(Map.of(), directory.live());
        assertEquals(1_000, directory.lost().get(osaka.node()).exports().size());
        assertEquals(List.of("live 1", "gone", "gone"), events);
        // When it stays away
        time.run(Directory.LOST_KEPT.minusMinutes(2));
        directory.offer(new SignedDocument(osaka.node(), whole.head(), partsOf(whole, Set.of())), true);
        time.run(Duration.ofMinutes(3));
        // Then it is forgotten when it would have been
        assertFalse(directory.knows(osaka.node()));
    }

    @Test
    void whoLeavesIsGoneAtOnceAndIsNotReplayed() {
        // Given
        SignedDocument first = osaka.signed(1);
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
        SignedDocument first = osaka.signed(1);
        directory.offer(first, false);
        // When it comes over a link as well
        boolean taken = directory.offer(first, true);
        // Then
        assertTrue(taken);
        assertEquals(List.of("live 1"), events);
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
