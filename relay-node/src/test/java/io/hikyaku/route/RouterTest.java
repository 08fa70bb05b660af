package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.link.Neighbour;
import io.hikyaku.route.VirtualNode.Received;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.route.PushBack;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RouterTest {
    private final VirtualMesh mesh = new VirtualMesh();

    private static List<Long> sequences(VirtualNode node, NodeId source, long channel) {
        return node.received.stream()
                .filter(packet -> packet.source().equals(source) && packet.channel() == channel)
                .map(Received::sequence)
                .toList();
    }

    private void sendTen(VirtualNode from, VirtualNode to, long channel) {
        for (int sequence = 0; sequence < 10; sequence++) {
            from.send(to.id, channel, sequence);
        }
        mesh.time.run(Duration.ofSeconds(1));
    }

    private static void assertTenInOrder(VirtualNode to, VirtualNode from, long channel) {
        assertEquals(LongStream.range(0, 10).boxed().toList(), sequences(to, from.id, channel));
    }

    @Test
    void twoLeavesOfOneRelayReachEachOther() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, relay);
        mesh.connect(osaka, relay);
        mesh.converge();
        // When
        sendTen(tokyo, osaka, 7);
        // Then
        assertTenInOrder(osaka, tokyo, 7);
        assertEquals(Set.of(relay.id, osaka.id), tokyo.reachable);
        assertEquals(relay.id, tokyo.router.pathTo(osaka.id).orElseThrow().via());
        assertEquals(Packet.DEFAULT_HOP_LIMIT - 1, osaka.received.getFirst().hopLimit());
    }

    @Test
    void aChainOfThreeRelaysDelivers() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode second = mesh.relay();
        VirtualNode third = mesh.relay();
        mesh.connect(first, second);
        mesh.connect(second, third);
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, first);
        mesh.connect(osaka, third);
        mesh.converge();
        // When
        sendTen(tokyo, osaka, 1);
        sendTen(osaka, tokyo, 1);
        // Then
        assertTenInOrder(osaka, tokyo, 1);
        assertTenInOrder(tokyo, osaka, 1);
    }

    @Test
    void aMeshWithALoopDeliversOnceAndLosesNoNodeWithARelay() {
        // Given
        VirtualNode[] relays = {mesh.relay(), mesh.relay(), mesh.relay(), mesh.relay()};
        FakeLink[] ring = new FakeLink[4];
        for (int i = 0; i < 4; i++) {
            ring[i] = mesh.connect(relays[i], relays[(i + 1) % 4]);
        }
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, relays[0]);
        mesh.connect(osaka, relays[2]);
        mesh.converge();
        sendTen(tokyo, osaka, 1);
        assertTenInOrder(osaka, tokyo, 1);
        // When
        ring[0].cut("test");
        ring[3].cut("test");
        mesh.connect(relays[0], relays[3]);
        mesh.converge();
        sendTen(tokyo, osaka, 2);
        // Then
        assertTenInOrder(osaka, tokyo, 2);
    }

    @Test
    void aHubBridgeForwardsAndIsAMemberItself() {
        // Given
        VirtualNode hub = mesh.hub();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, hub);
        mesh.connect(osaka, hub);
        mesh.converge();
        // When
        sendTen(tokyo, osaka, 1);
        sendTen(tokyo, hub, 2);
        sendTen(hub, osaka, 3);
        // Then
        assertTenInOrder(osaka, tokyo, 1);
        assertTenInOrder(hub, tokyo, 2);
        assertTenInOrder(osaka, hub, 3);
    }

    @Test
    void aRelayThatDoesNotListTheHubCarriesItsOwnPacketsOnly() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode hub = mesh.hub();
        VirtualNode edge = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(hub, relay, VirtualMesh.NEAR, 0, false, true);
        mesh.connect(edge, hub);
        FakeLink toOsaka = mesh.connect(osaka, relay);
        mesh.converge();
        // When
        sendTen(hub, osaka, 1);
        sendTen(edge, osaka, 2);
        // Then
        assertTenInOrder(osaka, hub, 1);
        assertEquals(List.of(), sequences(osaka, edge.id, 2));
        assertFalse(edge.reachable.contains(osaka.id));
        assertFalse(osaka.reachable.contains(edge.id));
        assertTrue(toOsaka.isUp());
    }

    @Test
    void aBridgeUsesItsSecondRelayWhenTheFirstIsLost() {
        // Given
        VirtualNode near = mesh.relay();
        VirtualNode far = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        FakeLink nearTokyo = mesh.connect(tokyo, near);
        FakeLink nearOsaka = mesh.connect(osaka, near);
        mesh.connect(tokyo, far, Duration.ofMillis(20));
        mesh.connect(osaka, far, Duration.ofMillis(20));
        mesh.converge();
        assertEquals(near.id, tokyo.router.pathTo(osaka.id).orElseThrow().via());
        // When
        nearTokyo.cut("relay died");
        nearOsaka.cut("relay died");
        mesh.time.run(Duration.ofMillis(100));
        sendTen(tokyo, osaka, 1);
        // Then
        assertEquals(far.id, tokyo.router.pathTo(osaka.id).orElseThrow().via());
        assertTenInOrder(osaka, tokyo, 1);
        assertEquals(1, tokyo.reachabilityChanges.get(osaka.id));
    }

    @Test
    void leavesHearWithin100MillisecondsThatANodeIsGone() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode second = mesh.relay();
        mesh.connect(first, second);
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, first);
        FakeLink link = mesh.connect(osaka, second);
        mesh.converge();
        assertTrue(tokyo.reachable.contains(osaka.id));
        // When
        link.cut("test");
        mesh.time.run(Duration.ofMillis(100));
        // Then
        assertFalse(tokyo.reachable.contains(osaka.id));
        assertEquals(2, tokyo.reachabilityChanges.get(osaka.id));
        assertTrue(tokyo.router.pathTo(osaka.id).isEmpty());
    }

    @Test
    void aFlappingLinkEndsAsWhatItWasLast() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, relay);
        FakeLink link = mesh.connect(osaka, relay);
        // When
        for (int i = 0; i < 50; i++) {
            mesh.time.run(Duration.ofMillis(i % 7));
            link.cut("flap");
            mesh.time.run(Duration.ofMillis(i % 5));
            link = mesh.connect(osaka, relay);
        }
        mesh.converge();
        sendTen(tokyo, osaka, 1);
        // Then
        assertTenInOrder(osaka, tokyo, 1);
        assertTrue(osaka.reachable.contains(tokyo.id));
    }

    @Test
    void noiseInRoundTripsMovesNoPath() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode second = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        FakeLink viaFirst = mesh.connect(tokyo, first, Duration.ofMillis(50));
        mesh.connect(tokyo, second, Duration.ofMillis(55));
        mesh.connect(osaka, first);
        mesh.connect(osaka, second);
        mesh.converge();
        NodeId before = tokyo.router.pathTo(osaka.id).orElseThrow().via();
        // When
        viaFirst.setLatency(Duration.ofMillis(60));
        mesh.converge();
        // Then
        assertEquals(first.id, before);
        assertEquals(first.id, tokyo.router.pathTo(osaka.id).orElseThrow().via());
        // When it is more than noise
        viaFirst.setLatency(Duration.ofMillis(120));
        mesh.converge();
        // Then
        assertEquals(second.id, tokyo.router.pathTo(osaka.id).orElseThrow().via());
    }

    @Test
    void eachChannelTakesTheDestinationsLinkOfItsNumber() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge(2);
        VirtualNode osaka = mesh.bridge(3);
        FakeLink[] out = new FakeLink[2];
        for (int shard = 0; shard < 2; shard++) {
            out[shard] = mesh.connect(tokyo, relay, VirtualMesh.NEAR, shard);
        }
        FakeLink[] in = new FakeLink[3];
        for (int shard = 0; shard < 3; shard++) {
            in[shard] = mesh.connect(osaka, relay, VirtualMesh.NEAR, shard);
        }
        mesh.converge();
        // When channel −1 is unsigned 2^64 − 1: odd, and a multiple of three
        long before = out[1].sentPackets();
        sendTen(tokyo, osaka, -1);
        // Then
        assertEquals(before + 10, out[1].sentPackets());
        assertTenInOrder(osaka, tokyo, -1);
        // When the one link is gone
        in[0].cut("test");
        sendTen(tokyo, osaka, -4);
        // Then
        assertTenInOrder(osaka, tokyo, -4);
    }

    @Test
    void theNewestLinkOfAShardReplacesTheOlder() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        FakeLink old = mesh.connect(tokyo, relay);
        mesh.converge();
        FakeLink fresh = mesh.connect(tokyo, relay);
        mesh.converge();
        long oldBefore = old.sentPackets();
        // When
        sendTen(tokyo, relay, 1);
        // Then
        assertEquals(oldBefore, old.sentPackets());
        // When
        fresh.cut("test");
        sendTen(tokyo, relay, 2);
        // Then
        assertEquals(oldBefore + 10, old.sentPackets());
    }

    @Test
    void aPacketDiesWhenItsHopLimitIsUsedUp() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode second = mesh.relay();
        mesh.connect(first, second);
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, first);
        mesh.connect(osaka, second);
        mesh.converge();
        // When
        for (int limit = 0; limit <= 2; limit++) {
            tokyo.router.send(VirtualNode.packet(PacketKind.DATA, limit, osaka.id, tokyo.id, 5, limit, 0));
        }
        mesh.converge();
        // Then
        assertEquals(List.of(2L), sequences(osaka, tokyo.id, 5));
        assertEquals(1, first.dropped(Drop.HOP_LIMIT));
        assertEquals(1, second.dropped(Drop.HOP_LIMIT));
        assertTrue(tokyo.pushBacks.contains(new PushBack.Dropped(osaka.id, 5, false)));
    }

    @Test
    void aLeafNeverForwards() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        FakeLink link = mesh.connect(tokyo, relay);
        mesh.connect(osaka, relay);
        mesh.converge();
        // When
        link.receive(VirtualNode.packet(PacketKind.DATA, 9, osaka.id, relay.id, 1, 1, 0));
        mesh.converge();
        // Then
        assertEquals(1, tokyo.dropped(Drop.NOT_FORWARDING));
        assertEquals(List.of(), osaka.received);
    }

    @Test
    void aLeafCannotPushBack() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        FakeLink link = mesh.connect(tokyo, relay);
        mesh.connect(osaka, relay);
        mesh.converge();
        // When
        link.send(VirtualNode.packet(PacketKind.PUSH_BACK, 9, osaka.id, tokyo.id, 0, 0, 21));
        mesh.converge();
        // Then
        assertEquals(1, relay.dropped(Drop.NOT_ALLOWED));
        assertEquals(List.of(), osaka.pushBacks);
        assertTrue(link.isUp());
    }

    @Test
    void malformedRoutingFramesCloseTheLink() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode second = mesh.relay();
        FakeLink link = mesh.connect(first, second);
        mesh.converge();
        // When
        link.receive(VirtualNode.packet(PacketKind.ROUTING, 0, NodeId.NONE, second.id, 0, 0, 4));
        mesh.converge();
        // Then
        assertEquals(List.of(Goodbye.Code.MALFORMED), link.closedWith());
        assertEquals(1, first.dropped(Drop.MALFORMED));
    }

    @Test
    void whoSendsToAnUnreachableNodeIsToldOnceIn100Milliseconds() {
        // Given
        VirtualNode tokyo = mesh.bridge();
        NodeId nowhere = new NodeId(1, 1);
        // When
        tokyo.send(nowhere, 3, 0);
        tokyo.send(nowhere, 3, 1);
        // Then nothing comes within the call
        assertEquals(List.of(), tokyo.pushBacks);
        // When
        mesh.time.run(Duration.ofMillis(100));
        tokyo.send(nowhere, 3, 2);
        mesh.time.run(Duration.ofMillis(1));
        // Then
        PushBack expected = new PushBack.Dropped(nowhere, 3, true);
        assertEquals(List.of(expected, expected), tokyo.pushBacks);
        assertEquals(3, tokyo.dropped(Drop.UNREACHABLE));
    }

    @Test
    void aDirectWayIsTakenOnlyWhileNoRelayIsCheaper() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, relay);
        Neighbour topic = new Neighbour(NodeId.NONE, "kafka:hikyaku.demo.in.osaka/0", false, 0, 1);
        FakeLink kafka = new FakeLink(mesh.time, topic, "kafka", true, 0, tokyo.router);
        tokyo.router.addDirect(osaka.id, kafka, 50_000);
        mesh.converge();
        // When
        sendTen(tokyo, osaka, 1);
        // Then
        assertEquals(10, kafka.sentPackets());
        assertTrue(tokyo.router.pathTo(osaka.id).orElseThrow().direct());
        // When
        FakeLink link = mesh.connect(osaka, relay);
        mesh.converge();
        sendTen(tokyo, osaka, 2);
        // Then
        assertEquals(10, kafka.sentPackets());
        assertTenInOrder(osaka, tokyo, 2);
        // When
        link.cut("test");
        mesh.converge();
        // Then
        assertTrue(tokyo.router.pathTo(osaka.id).orElseThrow().direct());
        assertEquals(1, tokyo.reachabilityChanges.get(osaka.id));
        // When
        tokyo.router.removeDirect(osaka.id, kafka);
        mesh.converge();
        // Then
        assertFalse(tokyo.reachable.contains(osaka.id));
    }

    @Test
    void fromAnInboxOnlyPacketsOfChannelsForThisNodeAreTaken() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode hub = mesh.hub();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(osaka, hub);
        mesh.connect(hub, relay);
        mesh.converge();
        // When
        hub.router.onInboxPacket(VirtualNode.packet(PacketKind.DATA, 9, hub.id, new NodeId(5, 5), 1, 1, 0));
        hub.router.onInboxPacket(VirtualNode.packet(PacketKind.DATA, 9, osaka.id, new NodeId(5, 5), 1, 1, 0));
        hub.router.onInboxPacket(VirtualNode.packet(PacketKind.PUSH_BACK, 9, hub.id, relay.id, 0, 0, 21));
        hub.router.onInboxPacket(VirtualNode.packet(PacketKind.REGISTRY, 0, hub.id, relay.id, 0, 0, 1));
        mesh.converge();
        // Then
        assertEquals(1, hub.received.size());
        assertEquals(List.of(), osaka.received);
        assertEquals(3, hub.dropped(Drop.NOT_ALLOWED));
    }

    @Test
    void aThousandLeavesReachEachOther() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode[] leaves = new VirtualNode[1000];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = mesh.bridge();
            mesh.connect(leaves[i], relay);
        }
        // When
        mesh.converge();
        sendTen(leaves[0], leaves[999], 1);
        // Then
        for (VirtualNode leaf : leaves) {
            assertEquals(1000, leaf.reachable.size());
        }
        assertTenInOrder(leaves[999], leaves[0], 1);
    }
}
