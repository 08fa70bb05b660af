package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.DataSize;
import io.hikyaku.config.RegistryLimits;
import io.hikyaku.link.Neighbour;
import io.hikyaku.route.RecordingLink;
import io.hikyaku.route.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.SnapshotEnd;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryFloodTest {
    private static final NodeId SELF = new NodeId(1, 1);
    private static final RegistryLimits LIMITS =
            new RegistryLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), DataSize.ofMiB(1));

    private final VirtualTime time = new VirtualTime();
    private final List<Long> received = new ArrayList<>();
    private boolean genuine = true;
    private int snapshots;
    private final RegistryFlood flood = flood(true);

    private RegistryFlood flood(boolean forwards) {
        return new RegistryFlood(
                SELF,
                forwards,
                LIMITS,
                time,
                new RegistryFlood.Receiver() {
                    @Override
                    public boolean onDocument(NodeId node, long sequence, byte[] signed) {
                        received.add(sequence);
                        return genuine;
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

    private static Neighbour leaf(int number) {
        return new Neighbour(new NodeId(200, number), "spiffe://demo/cluster/c" + number, false, 0, 1);
    }

    private static Document document(NodeId node, long sequence) {
        return new Document(node, sequence, new byte[] {1, (byte) sequence});
    }

    private RecordingLink up(RegistryFlood to, Neighbour neighbour) {
        RecordingLink link = new RecordingLink(neighbour);
        to.onReachable(neighbour.node(), true);
        to.onNeighbourUp(neighbour, link);
        return link;
    }

    private static List<Object> brief(RecordingLink link) {
        List<Object> brief = new ArrayList<>();
        for (RegistryFrame frame : link.takeRegistryFrames()) {
            switch (frame) {
                case Document document -> brief.add(document.node().low() + ":" + document.sequence());
                case SnapshotEnd end -> brief.add("end");
            }
        }
        return brief;
    }

    @Test
    void passesANewDocumentToAllButWhereItCameFrom() {
        // Given
        RecordingLink first = up(flood, relay(1));
        RecordingLink second = up(flood, relay(2));
        RecordingLink third = up(flood, leaf(3));
        List.of(first, second, third).forEach(RegistryFloodTest::brief);
        // When
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), 5));
        flood.onRegistryFrame(relay(2), document(new NodeId(9, 9), 5));
        flood.onRegistryFrame(relay(2), document(new NodeId(9, 9), 4));
        // Then
        assertEquals(List.of(), brief(first));
        assertEquals(List.of("9:5"), brief(second));
        assertEquals(List.of("9:5"), brief(third));
        assertEquals(List.of(5L), received);
    }

    @Test
    void aNewNeighbourGetsEverythingAndThenTheEnd() {
        // Given
        up(flood, relay(1));
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 8), 1));
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), 2));
        // When
        RecordingLink late = up(flood, leaf(3));
        // Then
        List<Object> told = brief(late);
        assertEquals(3, told.size());
        assertTrue(told.containsAll(List.of("8:1", "9:2")));
        assertEquals("end", told.getLast());
    }

    @Test
    void aLeafSpeaksForItselfAlone() {
        // Given
        RecordingLink other = up(flood, relay(1));
        up(flood, leaf(3));
        brief(other);
        // When
        flood.onRegistryFrame(leaf(3), document(leaf(3).node(), 1));
        flood.onRegistryFrame(leaf(3), document(new NodeId(9, 9), 1));
        flood.onRegistryFrame(leaf(3), new SnapshotEnd());
        // Then
        assertEquals(List.of("3:1"), brief(other));
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
        onLeaf.onRegistryFrame(relay(1), document(new NodeId(9, 9), 1));
        onLeaf.onRegistryFrame(relay(1), new SnapshotEnd());
        onLeaf.publish(TestDocuments.of(SELF, 7), new byte[] {7});
        // Then
        assertEquals(List.of("1:7"), brief(first));
        assertEquals(List.of("1:7"), brief(second));
        assertEquals(1, snapshots);
        assertEquals(List.of(1L), received);
    }

    @Test
    void whatIsNotGenuineIsNeitherKeptNorPassedOn() {
        // Given
        RecordingLink other = up(flood, relay(2));
        up(flood, relay(1));
        brief(other);
        genuine = false;
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), Long.MAX_VALUE));
        // When the genuine one comes
        genuine = true;
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), 2));
        // Then
        assertEquals(List.of("9:2"), brief(other));
    }

    @Test
    void aNodeThatIsGoneIsForgottenAfterAGrace() {
        // Given
        up(flood, relay(1));
        NodeId node = new NodeId(9, 9);
        flood.onReachable(node, true);
        flood.onRegistryFrame(relay(1), document(node, 1));
        time.pass(Duration.ofSeconds(60));
        assertEquals(List.of("9:1", "end"), brief(up(flood, leaf(3))));
        // When
        flood.onReachable(node, false);
        time.pass(RegistryFlood.GRACE.plusSeconds(2));
        // Then
        assertEquals(List.of("end"), brief(up(flood, leaf(4))));
    }

    @Test
    void aFullLinkIsOwedTheNewestOnly() {
        // Given
        RecordingLink slow = up(flood, leaf(3));
        up(flood, relay(1));
        brief(slow);
        slow.queue(2 << 20);
        // When
        for (int sequence = 1; sequence <= 5; sequence++) {
            flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), sequence));
        }
        // Then
        assertEquals(List.of(), brief(slow));
        // When
        slow.queue(0);
        flood.onDrained(leaf(3).node());
        // Then
        assertEquals(List.of("9:5"), brief(slow));
    }

    @Test
    void aNodeThatPublishesTooOftenIsSlowedDown() {
        // Given
        RecordingLink other = up(flood, leaf(3));
        up(flood, relay(1));
        brief(other);
        // When
        for (int sequence = 1; sequence <= 100; sequence++) {
            flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), sequence));
        }
        // Then
        assertEquals(RegistryFlood.BURST + 1, brief(other).size());
        // When
        time.pass(Duration.ofSeconds(1));
        flood.onRegistryFrame(relay(1), document(new NodeId(9, 9), 200));
        // Then
        assertEquals(List.of("9:200"), brief(other));
    }

    @Test
    void staysWithinItsBudgetOfBytes() {
        // Given
        RecordingLink other = up(flood, leaf(3));
        up(flood, relay(1));
        brief(other);
        byte[] large = new byte[400 * 1024];
        // When
        for (int node = 1; node <= 5; node++) {
            flood.onRegistryFrame(relay(1), new Document(new NodeId(9, node), 1, large));
        }
        // Then
        assertEquals(List.of("1:1", "2:1"), brief(other));
    }
}
