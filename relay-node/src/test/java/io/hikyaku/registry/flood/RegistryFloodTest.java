package io.hikyaku.registry.flood;

import static io.hikyaku.registry.TestDocuments.headOf;
import static io.hikyaku.registry.TestDocuments.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.link.Neighbour;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.registry.DocumentMaker;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.TestMember;
import io.hikyaku.registry.TokenBucket;
import io.hikyaku.route.RecordingLink;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Entry;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrame.SnapshotEnd;
import io.hikyaku.wire.route.RegistryFrame.Subscribe;
import io.hikyaku.wire.route.RegistryFrame.Summary;
import io.hikyaku.wire.route.RegistryFrame.Want;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegistryFloodTest {
    private static final NodeId SELF = new NodeId(1, 1);
    private static final RegistryLimits LIMITS =
            new RegistryLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), DataSize.ofMiB(1));

    /// A node that signs.
    private static final class Signer {
        final DocumentMaker maker;
        final InstanceKey key = InstanceKey.generate();

        Signer() {
            maker = new DocumentMaker(key);
        }

        NodeId node() {
            return key.nodeId();
        }

        SignedDocument document(long sequence, String... services) {
            return maker.make(
                    TestMember.document(node(), "spiffe://demo/cluster/osaka", "a.b.c", sequence, false, services));
        }

        Document frame(long sequence, String... services) {
            return whole(document(sequence, services));
        }
    }

    private final VirtualTime time = new VirtualTime();
    private final List<Long> received = new ArrayList<>();
    private final List<Long> beats = new ArrayList<>();
    private final Signer osaka = new Signer();
    private final Signer leafThree = new Signer();
    private boolean genuine = true;
    private boolean known = true;
    private int snapshots;
    private final RegistryFlood flood = flood(true);

    private RegistryFlood flood(boolean forwards) {
        return flood(forwards, LIMITS);
    }

    private RegistryFlood flood(boolean forwards, RegistryLimits limits) {
        return new RegistryFlood(
                SELF,
                forwards,
                limits,
                time,
                new RegistryFlood.Receiver() {
                    @Override
                    public boolean onDocument(SignedDocument document) {
                        received.add(document.sequence());
                        return genuine;
                    }

                    @Override
                    public boolean knows(NodeId node, long sequence) {
                        return known;
                    }

                    @Override
                    public void onBeat(Beat beat) {
                        beats.add(beat.count());
                    }

                    @Override
                    public void onVouched(NodeId node, boolean now) {
                        // Not of interest here.
                    }

                    @Override
                    public void onSnapshotEnd() {
                        snapshots++;
                    }
                },
                new SimpleMeterRegistry());
    }

    private static Neighbour relay(int number) {
        return new Neighbour(new NodeId(100, number), "spiffe://demo/relay/r" + number, true, 0, 1);
    }

    private Neighbour leaf() {
        return leaf(leafThree.node());
    }

    private static Neighbour leaf(NodeId node) {
        return new Neighbour(node, "spiffe://demo/cluster/c", false, 0, 1);
    }

    /// A neighbour that has told what it has: nothing.
    private static RecordingLink up(RegistryFlood to, Neighbour neighbour, Entry... entries) {
        RecordingLink link = new RecordingLink(neighbour);
        to.onVouched(neighbour.node(), true);
        to.onNeighbourUp(neighbour, link);
        to.onRegistryFrame(neighbour, new Summary(true, List.of(entries)));
        return link;
    }

    /// The first relay delivers the parts, one by one.
    private static void deliver(RegistryFlood to, SignedDocument document) {
        document.parts()
                .values()
                .forEach(part -> to.onRegistryFrame(relay(1), new Parts(document.node(), List.of(part))));
    }

    private void subscribe(RegistryFlood onLeaf, String... services) {
        onLeaf.subscribeTo(List.of(services));
        time.run(Duration.ofMillis(1));
    }

    /// A leaf that has heard all there is; the first relay is up as well.
    private RecordingLink leafBesideRelay() {
        RecordingLink leaf = up(flood, leaf());
        up(flood, relay(1));
        brief(leaf);
        return leaf;
    }

    private void vouch(Signer... signers) {
        for (Signer signer : signers) {
            flood.onVouched(signer.node(), true);
        }
    }

    /// What was sent, briefly: documents with the number of parts that came along.
    private static List<String> brief(RecordingLink link) {
        List<String> brief = new ArrayList<>();
        for (RegistryFrame frame : link.takeRegistryFrames()) {
            brief.add(
                    switch (frame) {
                        case Document document ->
                            DocumentHeads.read(document.head()).sequence() + "+"
                                    + document.parts().size();
                        case SnapshotEnd end -> "end";
                        case Summary summary -> "has " + summary.entries().size();
                        case Want want -> "want " + want.parts().size();
                        case Parts parts -> "parts " + parts.parts().size();
                        case Beat beat -> "beat " + beat.count();
                        case Digest digest -> "digest";
                        case Subscribe subscribe ->
                            "subscribe "
                                    + (subscribe.all()
                                            ? "all"
                                            : subscribe.hashes().size());
                    });
        }
        return brief;
    }

    private static String[] services(int count) {
        String[] services = new String[count];
        Arrays.setAll(services, i -> "team-" + i % 100 + "/service-" + i);
        return services;
    }

    @Test
    void passesANewDocumentToAllButWhereItCameFrom() {
        // Given
        RecordingLink first = up(flood, relay(1));
        RecordingLink second = up(flood, relay(2));
        RecordingLink third = up(flood, leaf());
        List.of(first, second, third).forEach(RegistryFloodTest::brief);
        // When
        flood.onRegistryFrame(relay(1), osaka.frame(5, "shop/orders"));
        flood.onRegistryFrame(relay(2), osaka.frame(5, "shop/orders"));
        flood.onRegistryFrame(relay(2), osaka.frame(4, "shop/orders"));
        // Then
        assertEquals(List.of(), brief(first));
        assertEquals(List.of("5+2"), brief(second));
        assertEquals(List.of("5+2"), brief(third));
        assertEquals(List.of(5L), received);
    }

    @Test
    void aChangeTravelsAsTheHeadAndThePartsThatChanged() {
        // Given
        RecordingLink other = up(flood, leaf());
        up(flood, relay(1));
        String[] services = services(10_000);
        flood.onRegistryFrame(relay(1), osaka.frame(1, services));
        deliver(flood, osaka.document(1, services));
        brief(other);
        // When
        services[77] = "team/other";
        SignedDocument changed = osaka.document(2, services);
        List<byte[]> news = new ArrayList<>();
        changed.newerThan(osaka(services(10_000)))
                .forEach(digest -> news.add(changed.parts().get(digest)));
        flood.onRegistryFrame(relay(1), new Document(DocumentHeads.write(changed.head()), news));
        // Then one service that goes and one that comes are in two parts at most
        List<RegistryFrame> frames = other.takeRegistryFrames();
        assertEquals(1, frames.size());
        Document told = (Document) frames.getFirst();
        assertTrue(told.parts().size() <= 2, told::toString);
        int bytes = told.head().length
                + told.parts().stream().mapToInt(part -> part.length).sum();
        assertTrue(bytes < 6 * 1024, "a change of " + bytes + " bytes");
    }

    private SignedDocument osaka(String... services) {
        return osaka.document(1, services);
    }

    @Test
    void aNewNeighbourGetsWhatItsSummaryLacksAndThenTheEnd() {
        // Given
        up(flood, relay(1));
        Signer edge = new Signer();
        vouch(osaka, edge);
        flood.onRegistryFrame(relay(1), osaka.frame(1, "shop/orders"));
        flood.onRegistryFrame(relay(1), edge.frame(2, "shop/payments"));
        // When one knows nothing, one all, one something older
        List<String> nothing = brief(up(flood, leaf()));
        List<String> all = brief(up(flood, relay(2), new Entry(osaka.node(), 1), new Entry(edge.node(), 2)));
        List<String> older = brief(up(flood, relay(3), new Entry(osaka.node(), 1), new Entry(edge.node(), 1)));
        // Then
        assertEquals(4, nothing.size());
        assertTrue(nothing.containsAll(List.of("has 0", "1+2", "2+2")), nothing::toString);
        assertEquals("end", nothing.getLast());
        assertEquals(List.of("has 2", "end"), all);
        assertEquals(List.of("has 2", "2+0", "end"), older);
    }

    @Test
    void aNeighbourThatHasNotSaidWhatItHasIsToldNothing() {
        // Given
        up(flood, relay(1));
        RecordingLink silent = new RecordingLink(leaf());
        flood.onNeighbourUp(leaf(), silent);
        // When
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        // Then
        assertEquals(List.of("has 0"), brief(silent));
    }

    @Test
    void aNeighbourWhoseSummaryWentToALinkThatWasLostIsToldHeadsAfterAWhile() {
        // Given a subscriber that noticed the loss of the first link before we did
        SignedDocument large = osaka.document(1, services(1_000));
        Document frame = whole(large);
        up(flood, relay(1));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), frame);
        up(flood, leaf());
        flood.onRegistryFrame(leaf(), new Subscribe(false, List.of(DocumentParts.hash("team-5/service-5"))));
        flood.onRegistryFrame(leaf(), new Summary(true, List.of()));
        // When we elect the second one, and nothing more is said
        RecordingLink second = new RecordingLink(leaf());
        flood.onNeighbourUp(leaf(), second);
        time.run(FloodNeighbour.SUMMARY_WAIT.minusSeconds(1));
        assertEquals(List.of("has 0"), brief(second));
        time.run(Duration.ofSeconds(2));
        // Then
        assertEquals(List.of("1+0", "end"), brief(second));
        // When a change comes
        SignedDocument next = osaka.document(2, services(1_001));
        flood.onRegistryFrame(relay(1), whole(next));
        // Then it comes with what was subscribed to at most
        List<RegistryFrame> told = second.takeRegistryFrames();
        assertEquals(1, told.size());
        assertTrue(((Document) told.getFirst()).parts().size() <= 2, told::toString);
    }

    @Test
    void summariesAreAnsweredAFewTimesOnly() {
        // Given
        up(flood, relay(1));
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        RecordingLink greedy = up(flood, leaf());
        brief(greedy);
        // When
        for (int i = 0; i < 50; i++) {
            flood.onRegistryFrame(leaf(), new Summary(true, List.of()));
        }
        // Then
        assertEquals(List.of("1+1", "1+1", "1+1"), brief(greedy));
    }

    @Test
    void aLeafSpeaksForItselfAlone() {
        // Given
        RecordingLink other = up(flood, relay(1));
        up(flood, leaf());
        brief(other);
        // When
        flood.onRegistryFrame(leaf(), leafThree.frame(1));
        flood.onRegistryFrame(leaf(), osaka.frame(1));
        flood.onRegistryFrame(leaf(), new SnapshotEnd());
        // Then
        assertEquals(List.of("1+1"), brief(other));
        assertEquals(0, snapshots);
    }

    @Test
    void onALeafNothingOfOthersIsPassedOn() {
        // Given
        RegistryFlood onLeaf = flood(false);
        RecordingLink first = up(onLeaf, relay(1));
        RecordingLink second = up(onLeaf, relay(2));
        brief(first);
        brief(second);
        // When
        onLeaf.onRegistryFrame(relay(1), osaka.frame(1));
        onLeaf.onRegistryFrame(relay(1), new SnapshotEnd());
        onLeaf.onRegistryFrame(
                relay(2), new Want(osaka.node(), osaka.document(1).head().parts()));
        // Then
        assertEquals(List.of(), brief(first));
        assertEquals(List.of(), brief(second));
        assertEquals(1, snapshots);
        assertEquals(List.of(1L), received);
    }

    @Test
    void partsThatDidNotComeAreAskedForAndTheSnapshotEndsWithThem() {
        // Given
        RegistryFlood onLeaf = flood(false);
        RecordingLink relay = up(onLeaf, relay(1));
        brief(relay);
        SignedDocument large = osaka.document(1, services(500));
        // When
        onLeaf.onRegistryFrame(relay(1), headOf(large));
        onLeaf.onRegistryFrame(relay(1), new SnapshotEnd());
        // Then
        assertEquals(List.of("want 9"), brief(relay));
        assertEquals(0, snapshots);
        // When it is not answered
        time.run(Duration.ofSeconds(5));
        // Then
        assertEquals("want 9", brief(relay).getLast());
        // When foreign parts come, and then the right ones
        onLeaf.onRegistryFrame(relay(1), new Parts(osaka.node(), List.of(new byte[] {1, 2, 3})));
        assertEquals(List.of(), received);
        deliver(onLeaf, large);
        // Then
        assertEquals(List.of(1L), received);
        assertEquals(1, snapshots);
    }

    @Test
    void aSnapshotDoesNotWaitForWhatChangedAfterIt() {
        // Given
        RegistryFlood onLeaf = flood(false);
        up(onLeaf, relay(1));
        onLeaf.onRegistryFrame(relay(1), headOf(osaka.document(1, services(500))));
        onLeaf.onRegistryFrame(relay(1), new SnapshotEnd());
        assertEquals(0, snapshots);
        // When
        onLeaf.onRegistryFrame(relay(1), headOf(osaka.document(2, services(501))));
        // Then
        assertEquals(1, snapshots);
    }

    @Test
    void aSnapshotDoesNotWaitForWhatWasDroppedOrCannotBeReached() {
        // Given documents of nodes that go
        up(flood, relay(1));
        List<byte[]> parts = noise(1, 40, 40 << 10);
        flood.onRegistryFrame(relay(1), headOf(document(osaka, 1, parts)));
        flood.onRegistryFrame(relay(1), headOf(leafThree.document(1, "shop/orders")));
        flood.onRegistryFrame(relay(1), new SnapshotEnd());
        assertEquals(0, snapshots);
        // When
        time.run(RegistryFlood.GRACE.plusSeconds(2));
        // Then
        assertEquals(1, snapshots);
        // When
        flood.onRegistryFrame(relay(1), headOf(document(osaka, 2, parts)));
        flood.onRegistryFrame(relay(1), new SnapshotEnd());
        flood.onRegistryFrame(relay(1), new Parts(osaka.node(), parts));
        // Then
        assertEquals(2, snapshots);
    }

    @Test
    void partsThatNobodyHasAreGivenUp() {
        // Given
        up(flood, relay(1));
        RecordingLink other = up(flood, relay(2));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), osaka.frame(1, "shop/orders"));
        SignedDocument next = osaka.document(2, "shop/payments");
        flood.onRegistryFrame(relay(1), headOf(next));
        // When
        time.run(Duration.ofMinutes(2));
        brief(other);
        time.run(Duration.ofSeconds(30));
        // Then it is no longer asked for, and what was there before still is
        assertFalse(brief(other).contains("want 1"));
        assertTrue(brief(up(flood, leaf())).contains("1+2"));
    }

    @Test
    void answersWhoWantsParts() {
        // Given
        SignedDocument large = osaka.document(1, services(10_000));
        up(flood, relay(1));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), headOf(large));
        deliver(flood, large);
        RecordingLink other = up(flood, leaf());
        // When it got a part of them with the head, and asks for the rest
        List<RegistryFrame> first = other.takeRegistryFrames();
        flood.onRegistryFrame(leaf(), new Want(osaka.node(), large.head().parts()));
        // Then
        Document told = (Document) first.get(1);
        assertTrue(told.parts().size() > 20, told::toString);
        int parts = other.takeRegistryFrames().stream()
                .mapToInt(frame -> ((Parts) frame).parts().size())
                .sum();
        assertEquals(129, parts);
    }

    @Test
    void aSubscriberGetsThePartsOfItsServicesAlone() {
        // Given
        String[] services = services(1_000);
        SignedDocument large = osaka.document(1, services);
        RecordingLink edge = up(flood, leaf());
        flood.onRegistryFrame(leaf(), new Subscribe(false, List.of(DocumentParts.hash(services[5]))));
        brief(edge);
        // When
        up(flood, relay(1));
        flood.onRegistryFrame(relay(1), whole(large));
        // Then
        List<RegistryFrame> told = edge.takeRegistryFrames();
        Document document = (Document) told.getFirst();
        int bucket = DocumentParts.bucket(
                DocumentParts.hash(services[5]), large.head().buckets());
        assertEquals(2, document.parts().size());
        assertTrue(document.parts().stream()
                .anyMatch(
                        part -> PartDigest.of(part).equals(large.head().parts().get(1 + bucket))));
    }

    @Test
    void aLeafThatSubscribesWaitsForItsPartsAloneAndAsksForMoreWhenItWantsMore() {
        // Given
        RegistryFlood onLeaf = flood(false);
        String[] services = services(1_000);
        SignedDocument large = osaka.document(1, services);
        subscribe(onLeaf, services[5]);
        RecordingLink relay = up(onLeaf, relay(1));
        assertEquals(List.of("subscribe 1", "has 0", "end"), brief(relay));
        int bucket = DocumentParts.bucket(
                DocumentParts.hash(services[5]), large.head().buckets());
        List<byte[]> some = List.of(
                large.parts().get(large.head().parts().get(0)),
                large.parts().get(large.head().parts().get(1 + bucket)));
        // When
        onLeaf.onRegistryFrame(relay(1), new Document(DocumentHeads.write(large.head()), some));
        // Then
        assertEquals(List.of(1L), received);
        assertEquals(List.of(), brief(relay));
        // When
        subscribe(onLeaf, services);
        // Then
        assertEquals(List.of("subscribe 1000", "want 15"), brief(relay));
    }

    @Test
    void aSubscriptionThatFindsNoRoomIsSentLater() {
        // Given
        RegistryFlood onLeaf = flood(false);
        RecordingLink relay = up(onLeaf, relay(1));
        brief(relay);
        relay.queue(2 << 20);
        onLeaf.subscribeTo(List.of("shop/orders", "shop/payments"));
        subscribe(onLeaf, "shop/orders");
        assertEquals(List.of(), brief(relay));
        // When
        relay.queue(0);
        onLeaf.onDrained(relay(1).node());
        // Then
        assertEquals(List.of("subscribe 1"), brief(relay));
    }

    @Test
    void whoWantsMoreThanOneFrameNamesSubscribesToAll() {
        // Given
        RegistryFlood onLeaf = flood(false);
        RecordingLink relay = up(onLeaf, relay(1));
        subscribe(onLeaf, "shop/orders");
        brief(relay);
        // When
        subscribe(onLeaf, services(RegistryFrame.MAX_SUBSCRIBED + 1));
        RecordingLink again = up(onLeaf, relay(1));
        // Then a relay that still has the one before hears of it over a new link as well
        assertEquals(List.of("subscribe all"), brief(relay));
        assertEquals(List.of("subscribe all", "has 0", "end"), brief(again));
    }

    @Test
    void whoSubscribesToAllGetsAllPartsAgain() {
        // Given
        SignedDocument large = osaka.document(1, services(1_000));
        RecordingLink edge = up(flood, leaf());
        up(flood, relay(1));
        flood.onRegistryFrame(leaf(), new Subscribe(false, List.of()));
        flood.onRegistryFrame(leaf(), new Subscribe(true, List.of()));
        brief(edge);
        // When
        flood.onRegistryFrame(relay(1), whole(large));
        // Then
        assertEquals(List.of("1+17"), brief(edge));
    }

    @Test
    void whatIsWantedWhileADocumentArrivesIsAskedForAsWell() {
        // Given
        RegistryFlood onLeaf = flood(false);
        String[] services = services(1_000);
        subscribe(onLeaf, services[5]);
        RecordingLink relay = up(onLeaf, relay(1));
        onLeaf.onRegistryFrame(relay(1), headOf(osaka.document(1, services)));
        assertEquals("want 2", brief(relay).getLast());
        // When
        subscribe(onLeaf, services);
        // Then
        assertEquals(List.of("subscribe 1000", "want 17"), brief(relay));
    }

    @Test
    void partsOfAnotherServiceThatWereGivenUpAreAskedForAgainLater() {
        // Given
        RegistryFlood onLeaf = flood(false);
        String[] services = services(1_000);
        SignedDocument large = osaka.document(1, services);
        subscribe(onLeaf, services[5]);
        RecordingLink relay = up(onLeaf, relay(1));
        onLeaf.onRegistryFrame(relay(1), whole(large));
        onLeaf.subscribeTo(List.of(services));
        time.run(Duration.ofSeconds(70));
        brief(relay);
        // When
        time.run(RegistryFlood.DIGEST);
        // Then
        assertTrue(brief(relay).contains("want 15"));
    }

    @Test
    void whatIsForgedOrNotTheHeadsIsNeitherKeptNorPassedOn() {
        // Given
        RecordingLink other = up(flood, relay(2));
        up(flood, relay(1));
        brief(other);
        SignedDocument genuineOne = osaka.document(2, "shop/orders");
        DocumentHead head = genuineOne.head();
        DocumentHead forged = new DocumentHead(head.key(), Long.MAX_VALUE, false, head.parts(), head.signature());
        // When
        flood.onRegistryFrame(
                relay(1),
                new Document(
                        DocumentHeads.write(forged),
                        List.copyOf(genuineOne.parts().values())));
        flood.onRegistryFrame(relay(1), new Document(new byte[] {1, 2, 3}, List.of()));
        flood.onRegistryFrame(relay(1), osaka.frame(2, "shop/orders"));
        // Then
        assertEquals(List.of("2+2"), brief(other));
    }

    @Test
    void whatIsNotBelievedIsNotPassedOnUntilItIs() {
        // Given
        RecordingLink other = up(flood, relay(2));
        up(flood, relay(1));
        vouch(osaka);
        brief(other);
        genuine = false;
        known = false;
        flood.onRegistryFrame(relay(1), osaka.frame(3));
        assertEquals(List.of(), brief(other));
        // When clocks are set, or trust is renewed
        genuine = true;
        time.run(RegistryFlood.DIGEST.plusSeconds(1));
        // Then
        assertTrue(brief(other).contains("3+1"));
    }

    @Test
    void aNodeThatIsGoneIsForgottenAfterAGrace() {
        // Given
        up(flood, relay(1));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        time.run(Duration.ofSeconds(60));
        assertEquals(List.of("has 0", "1+1", "end"), brief(up(flood, leaf())));
        // When
        flood.onVouched(osaka.node(), false);
        time.run(RegistryFlood.GRACE.plusSeconds(2));
        // Then
        assertEquals(List.of("has 0", "end"), brief(up(flood, leaf(new NodeId(7, 7)))));
    }

    @Test
    void aFullLinkIsOwedTheNewestOnly() {
        // Given
        RecordingLink slow = leafBesideRelay();
        slow.queue(2 << 20);
        // When
        for (int sequence = 1; sequence <= 5; sequence++) {
            flood.onRegistryFrame(relay(1), osaka.frame(sequence, "shop/orders-" + sequence));
        }
        // Then
        assertEquals(List.of(), brief(slow));
        // When
        slow.queue(0);
        flood.onDrained(leaf().node());
        // Then it asks for what it lacks
        assertEquals(List.of("5+0"), brief(slow));
    }

    @Test
    void aNodeThatPublishesTooOftenIsSlowedDownAndItsLastWordCounts() {
        // Given
        RecordingLink other = leafBesideRelay();
        vouch(osaka);
        // When
        for (int sequence = 1; sequence <= 100; sequence++) {
            flood.onRegistryFrame(relay(1), osaka.frame(sequence));
        }
        // Then
        assertEquals(TokenBucket.BURST + 1, brief(other).size());
        // When
        time.run(Duration.ofSeconds(2));
        // Then
        assertEquals(List.of("100+0"), brief(other));
    }

    @Test
    void forgedHeadsAndBeatsUseUpNothingOfTheirNodes() {
        // Given
        RecordingLink other = up(flood, leaf());
        up(flood, relay(1));
        up(flood, relay(2));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        brief(other);
        DocumentHead head = osaka.document(2).head();
        Beat beat = osaka.maker.beat(1, 1);
        // When
        for (int i = 0; i < 200; i++) {
            DocumentHead forged = new DocumentHead(head.key(), 1_000 + i, false, head.parts(), head.signature());
            flood.onRegistryFrame(relay(2), new Document(DocumentHeads.write(forged), List.of()));
            flood.onRegistryFrame(relay(2), new Beat(osaka.node(), 1, 1_000 + i, beat.signature()));
        }
        flood.onRegistryFrame(relay(1), osaka.frame(2));
        flood.onRegistryFrame(relay(1), beat);
        // Then
        assertEquals(List.of("2+0", "beat 1"), brief(other));
    }

    @Test
    void anOlderHeadDoesNotReplaceTheOneThatWaits() {
        // Given
        RecordingLink other = up(flood, leaf());
        up(flood, relay(1));
        vouch(osaka);
        for (int sequence = 1; sequence <= 50; sequence++) {
            flood.onRegistryFrame(relay(1), osaka.frame(sequence));
        }
        brief(other);
        // When
        flood.onRegistryFrame(relay(1), osaka.frame(49));
        time.run(Duration.ofSeconds(2));
        // Then
        assertEquals(List.of("50+0"), brief(other));
    }

    @Test
    void aLeafTellsItsOwnHeadAgainInCaseItWasLost() {
        // Given
        RegistryFlood onLeaf = flood(false);
        RecordingLink relay = up(onLeaf, relay(1));
        onLeaf.publish(osaka.document(1, "shop/orders"));
        brief(relay);
        // When
        time.run(RegistryFlood.OWN_HEAD.plusMinutes(2));
        // Then
        assertEquals(List.of("1+0"), brief(relay));
    }

    @Test
    void staysWithinItsBudgetOfBytes() {
        // Given
        RecordingLink other = leafBesideRelay();
        // When
        for (int node = 1; node <= 5; node++) {
            Signer signer = new Signer();
            SignedDocument large = huge(signer);
            flood.onRegistryFrame(relay(1), headOf(large));
            deliver(flood, large);
        }
        // Then
        assertEquals(2, brief(other).size());
    }

    @Test
    void smallPartsAreChargedWithWhatIsAroundThem() {
        // Given
        RecordingLink other = leafBesideRelay();
        List<byte[]> tiny = new ArrayList<>();
        for (int i = 0; i < DocumentHead.MAX_PARTS; i++) {
            tiny.add(new byte[] {(byte) i, (byte) (i >> 8)});
        }
        // When
        for (int node = 1; node <= 40; node++) {
            SignedDocument document = document(new Signer(), 1, tiny);
            flood.onRegistryFrame(relay(1), new Document(DocumentHeads.write(document.head()), tiny));
        }
        // Then some 50 KiB each
        assertEquals(19, brief(other).size());
    }

    @Test
    void aDocumentCannotGrowStepByStepOverWhatAnyMayBe() {
        // Given
        RegistryFlood roomy = flood(true, RegistryLimits.DEFAULTS);
        RecordingLink other = up(roomy, leaf());
        up(roomy, relay(1));
        roomy.onVouched(osaka.node(), true);
        brief(other);
        List<byte[]> parts = noise(1, 120, 40 << 10);
        SignedDocument large = document(osaka, 1, parts.subList(0, 80));
        SignedDocument larger = document(osaka, 2, parts);
        // When three MiB grow by one and a half
        roomy.onRegistryFrame(relay(1), new Document(DocumentHeads.write(large.head()), parts.subList(0, 80)));
        roomy.onRegistryFrame(relay(1), new Document(DocumentHeads.write(larger.head()), parts.subList(80, 120)));
        // Then
        assertEquals(List.of("1+1"), brief(other));
    }

    /// A document of some 400 KiB.
    private static SignedDocument huge(Signer signer) {
        return document(signer, 1, noise(signer.node().low(), 10, 40 << 10));
    }

    /// Parts that cannot be deflated any further, and say nothing.
    private static List<byte[]> noise(long seed, int count, int bytes) {
        Random random = new Random(seed);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] part = new byte[bytes];
            random.nextBytes(part);
            parts.add(part);
        }
        return parts;
    }

    /// A document of parts that say nothing.
    private static SignedDocument document(Signer signer, long sequence, List<byte[]> contents) {
        Map<PartDigest, byte[]> parts = new LinkedHashMap<>();
        contents.forEach(part -> parts.put(PartDigest.of(part), part));
        DocumentHead head =
                DocumentHead.unsigned(signer.key.publicKey().raw(), sequence, false, List.copyOf(parts.keySet()));
        byte[] signature = signer.key.sign(InstanceKey.Purpose.DOCUMENT, DocumentHeads.signedBytes(head));
        return SignedDocument.of(head.withSignature(signature), parts);
    }

    @Test
    void aBeatIsPassedOnOnceAndOnlyIfTheNodeSignedIt() {
        // Given
        RecordingLink other = up(flood, relay(2));
        up(flood, relay(1));
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        brief(other);
        Beat beat = osaka.maker.beat(1, 5);
        // When
        flood.onRegistryFrame(relay(1), beat);
        flood.onRegistryFrame(relay(1), beat);
        flood.onRegistryFrame(relay(1), new Beat(osaka.node(), 1, 6, beat.signature()));
        // Then
        assertEquals(List.of("beat 5"), brief(other));
        assertEquals(List.of(5L), beats);
    }

    @Test
    void theNewestBeatComesWithADocumentThatIsNews() {
        // Given
        up(flood, relay(1));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), osaka.frame(1));
        flood.onRegistryFrame(relay(1), osaka.maker.beat(1, 7));
        flood.publish(osaka.document(1));
        flood.beat(osaka.maker.beat(1, 8));
        // When
        RecordingLink other = up(flood, leaf());
        // Then
        List<String> told = brief(other);
        assertEquals(6, told.size());
        assertEquals(List.of("1+1", "1+1"), List.of(told.get(1), told.get(3)));
        assertTrue(told.containsAll(List.of("beat 7", "beat 8")), told::toString);
        // When it changes
        flood.onRegistryFrame(relay(1), osaka.frame(2, "shop/orders"));
        // Then the change convinces by itself
        assertEquals(List.of("2+1"), brief(other));
    }

    @Test
    void equalDigestsAreQuietAndOthersAreAnsweredByASummary() {
        // Given both know the same
        RegistryFlood onLeaf = flood(false);
        RecordingLink relay = up(onLeaf, relay(1));
        onLeaf.onVouched(osaka.node(), true);
        onLeaf.onRegistryFrame(relay(1), osaka.frame(4));
        up(flood, relay(1));
        RecordingLink leaf = up(flood, leaf(SELF));
        vouch(osaka);
        flood.onRegistryFrame(relay(1), osaka.frame(4));
        brief(leaf);
        time.run(RegistryFlood.DIGEST.plusSeconds(1));
        Digest digest = (Digest) leaf.takeRegistryFrames().getFirst();
        brief(relay);
        // When
        for (int i = 0; i < 5; i++) {
            onLeaf.onRegistryFrame(relay(1), digest);
        }
        // Then
        assertEquals(List.of(), brief(relay));
        // When it knows something else, again and again
        for (int i = 0; i < 62; i++) {
            onLeaf.onRegistryFrame(relay(1), new Digest(1, 2));
        }
        // Then less and less often: after 2, 4, 8, 16 and 32
        assertEquals(List.of("has 1", "has 1", "has 1", "has 1", "has 1"), brief(relay));
    }

    @Test
    void aPartThatNeverComesHoldsUpTheDigestsOfNobodyElse() {
        // Given a leaf that names a part and does not deliver it
        RecordingLink other = up(flood, relay(1));
        up(flood, leaf());
        flood.onRegistryFrame(leaf(), headOf(leafThree.document(1, "shop/orders")));
        brief(other);
        // When
        flood.onRegistryFrame(relay(1), new Digest(1, 2));
        flood.onRegistryFrame(relay(1), new Digest(1, 2));
        // Then
        assertEquals(List.of("has 0"), brief(other));
    }
}
