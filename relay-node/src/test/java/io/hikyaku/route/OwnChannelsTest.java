package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the channels of a node itself do to its own links: they wait, and nothing of them is dropped.
class OwnChannelsTest {
    private static final int BODY = 16 * 1024;
    private static final int PACKETS = 200;
    private static final Duration TURN = Duration.ofMillis(10);

    private static final RouteLimits SMALL =
            new RouteLimits(DataSize.ofMiB(1), DataSize.ofKiB(256), DataSize.ofKiB(64), DataSize.ofMiB(2));
    private static final RouteLimits NEXT_TO_NOTHING =
            new RouteLimits(DataSize.ofMiB(1), DataSize.ofKiB(1023), DataSize.ofKiB(1), DataSize.ofMiB(1));

    /// A channel that has so many packets to send, and sends no faster than it may.
    private static final class Sender {
        final VirtualNode from;
        final VirtualNode to;
        final long channel;
        final int packets;
        int sent;

        Sender(VirtualNode from, VirtualNode to, long channel, int packets) {
            this.from = from;
            this.to = to;
            this.channel = channel;
            this.packets = packets;
        }

        void sendWhatItMay() {
            while (sent < packets && from.router.room(to.id, channel) > 0) {
                from.send(to.id, channel, sent++, BODY);
            }
        }
    }

    private VirtualMesh mesh;
    private VirtualNode osaka;
    private VirtualNode tokyo;
    private FakeLink link;
    private final Map<Long, Sender> senders = new TreeMap<>();

    private void start(RouteLimits limits) {
        mesh = new VirtualMesh(limits);
        VirtualNode relay = mesh.relay();
        tokyo = mesh.bridge();
        osaka = mesh.bridge();
        mesh.connect(osaka, relay);
        link = mesh.connect(tokyo, relay);
        mesh.converge();
        tokyo.whenWritable = channel -> mesh.time.execute(senders.get(channel)::sendWhatItMay);
    }

    private Sender sender(long channel, int packets) {
        Sender sender = new Sender(tokyo, osaka, channel, packets);
        senders.put(channel, sender);
        return sender;
    }

    /// The link stands still, and channels have sent what they may.
    ///
    /// @param packets that each of them has to send
    private void startFull(RouteLimits limits, int channels, int packets) {
        start(limits);
        link.stall();
        for (int i = 0; i < channels; i++) {
            sender(100 + i, packets).sendWhatItMay();
        }
    }

    /// The link takes what waits, again and again, until all is sent.
    ///
    /// @return the most that ever waited
    private long flowUntilAllIsSent() {
        long most = 0;
        for (int turn = 0; turn < 100_000 && senders.values().stream().anyMatch(it -> it.sent < it.packets); turn++) {
            link.stall();
            mesh.time.run(TURN);
            most = Math.max(most, link.queuedBytes());
            link.flow();
        }
        mesh.time.run(Duration.ofSeconds(1));
        return most;
    }

    private void assertAllArrivedInOrder() {
        Map<Long, List<Long>> arrived = osaka.received.stream()
                .collect(Collectors.groupingBy(
                        VirtualNode.Received::channel,
                        Collectors.mapping(VirtualNode.Received::sequence, Collectors.toList())));
        senders.forEach((channel, sender) -> {
            List<Long> sequences = arrived.getOrDefault(channel, List.of());
            assertEquals(sender.packets, sequences.size(), "channel " + channel);
            assertEquals(sequences.stream().sorted(Comparator.naturalOrder()).toList(), sequences);
        });
        assertEquals(0, tokyo.dropped(Drop.QUEUE_FULL));
        assertEquals(List.of(), tokyo.pushBacks);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16, 32, 64})
    void waitForALinkThatIsFullAndLoseNothing(int channels) {
        // Given
        startFull(SMALL, channels, PACKETS);
        // When
        long most = flowUntilAllIsSent();
        // Then
        assertAllArrivedInOrder();
        assertTrue(most <= SMALL.linkQueue().bytes(), most + " bytes waited");
    }

    @Test
    void loseNothingWhateverTheLimits() {
        // Given
        startFull(NEXT_TO_NOTHING, 16, PACKETS);
        // When
        flowUntilAllIsSent();
        // Then
        assertAllArrivedInOrder();
    }

    @Test
    void aSmallOneIsNotHeldUpByManyLargeOnes() {
        // Given
        startFull(SMALL, 16, 100 * PACKETS);
        Sender small = sender(1, 1);
        // When
        small.sendWhatItMay();
        // Then
        assertEquals(0, small.sent);
        // When
        link.flow();
        link.stall();
        mesh.time.run(TURN);
        // Then
        assertEquals(1, small.sent);
    }

    @Test
    void allGetTheirShare() {
        // Given
        startFull(SMALL, 8, 100 * PACKETS);
        // When
        for (int turn = 0; turn < 400; turn++) {
            link.stall();
            mesh.time.run(TURN);
            link.flow();
        }
        // Then
        List<Integer> sent =
                new ArrayList<>(senders.values().stream().map(it -> it.sent).toList());
        sent.sort(Comparator.naturalOrder());
        assertTrue(sent.getLast() <= 3 * sent.getFirst(), "packets sent: " + sent);
    }

    @Test
    void addNothingToAFullLinkHoweverOftenWaysChange() {
        // Given
        startFull(SMALL, 20, PACKETS);
        long before = link.queuedBytes();
        FakeLink elsewhere = new FakeLink(
                mesh.time, new Neighbour(mesh.relay().id, "kafka", false, 0, 1), "topic", true, 0, tokyo.router);
        // When
        for (int i = 0; i < 500; i++) {
            tokyo.router.addDirect(elsewhere.neighbour().node(), elsewhere, 1 + i);
            mesh.time.run(TURN);
        }
        // Then
        assertEquals(before, link.queuedBytes());
        flowUntilAllIsSent();
        assertAllArrivedInOrder();
    }

    @Test
    void areMadeThoughOthersHaveFilledTheTopic() {
        // Given
        start(SMALL);
        Neighbour nobody = new Neighbour(NodeId.NONE, "kafka", false, 0, 1);
        FakeLink topic = new FakeLink(mesh.time, nobody, "topic", true, 0, tokyo.router);
        tokyo.router.addDirect(osaka.id, topic, 1);
        mesh.converge();
        topic.stall();
        sender(7, PACKETS).sendWhatItMay();
        long before = topic.queuedBytes();
        // When
        tokyo.router.send(
                VirtualNode.packet(PacketKind.HANDSHAKE, Packet.DEFAULT_HOP_LIMIT, osaka.id, tokyo.id, 8, 0, BODY));
        // Then
        assertEquals(before + Packet.HEADER_BYTES + BODY, topic.queuedBytes());
        assertEquals(0, tokyo.dropped(Drop.QUEUE_FULL));
    }

    @Test
    void goOnWhenTheirLinkIsGone() {
        // Given
        start(SMALL);
        link.stall();
        Sender sender = sender(7, PACKETS);
        sender.sendWhatItMay();
        int before = sender.sent;
        mesh.connect(tokyo, mesh.relay());
        // When
        link.cut("gone");
        mesh.converge();
        // Then: there is no other way, and who sends without one is told so
        assertTrue(sender.sent > before);
        assertTrue(tokyo.dropped(Drop.UNREACHABLE) > 0);
    }

    @Test
    void goOnWhenAnotherLinkTakesTheirPlace() {
        // Given
        start(SMALL);
        link.stall();
        Sender sender = sender(7, PACKETS);
        sender.sendWhatItMay();
        FakeLink topic =
                new FakeLink(mesh.time, new Neighbour(osaka.id, "kafka", false, 0, 1), "topic", true, 0, tokyo.router);
        // When a cheaper way appears, while nothing drains and nothing breaks
        tokyo.router.addDirect(osaka.id, topic, 1);
        mesh.converge();
        // Then
        assertEquals(PACKETS, sender.sent);
        assertTrue(topic.sentPackets() > 0);
        assertEquals(0, tokyo.dropped(Drop.QUEUE_FULL));
    }
}
