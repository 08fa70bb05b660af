package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.route.VirtualNode.Received;
import io.hikyaku.wire.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What becomes of packets when a router says that it stops soon.
class LeavingTest {
    private static final Duration FAR = Duration.ofMillis(50);

    private final VirtualMesh mesh = new VirtualMesh();

    private static NodeId nextHop(VirtualNode from, VirtualNode to) {
        return from.router.pathTo(to.id).orElseThrow().via();
    }

    private static List<Long> sequences(VirtualNode node) {
        return node.received.stream().map(Received::sequence).sorted().toList();
    }

    @Test
    void leavesTakeAnotherRelayAndLoseNothing() {
        // Given
        VirtualNode near = mesh.relay();
        VirtualNode far = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        for (VirtualNode bridge : List.of(tokyo, osaka)) {
            mesh.connect(bridge, near);
            mesh.connect(bridge, far, FAR);
        }
        mesh.converge();
        assertEquals(near.id, nextHop(tokyo, osaka));

        // When
        for (int sequence = 0; sequence < 500; sequence++) {
            if (sequence == 100) {
                near.router.leave();
            }
            tokyo.send(osaka.id, 1, sequence);
            mesh.time.run(Duration.ofMillis(2));
        }
        mesh.time.run(Duration.ofSeconds(1));

        // Then
        assertEquals(far.id, nextHop(tokyo, osaka));
        assertEquals(far.id, nextHop(osaka, tokyo));
        assertEquals(LongStream.range(0, 500).boxed().toList(), sequences(osaka));
    }

    @Test
    void routersGoAroundOneThatLeaves() {
        // Given
        VirtualNode first = mesh.relay();
        VirtualNode leaving = mesh.relay();
        VirtualNode last = mesh.relay();
        VirtualNode detour = mesh.relay();
        mesh.connect(first, leaving);
        mesh.connect(leaving, last);
        mesh.connect(first, detour, FAR);
        mesh.connect(detour, last, FAR);
        VirtualNode osaka = mesh.bridge();
        mesh.connect(osaka, last);
        mesh.converge();
        assertEquals(leaving.id, nextHop(first, osaka));

        // When
        leaving.router.leave();
        mesh.converge();

        // Then
        assertEquals(detour.id, nextHop(first, osaka));
    }

    @Test
    void oneThatNobodyCanReplaceIsUsedOn() {
        // Given
        VirtualNode relay = mesh.relay();
        VirtualNode tokyo = mesh.bridge();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(tokyo, relay);
        mesh.connect(osaka, relay);
        mesh.converge();

        // When
        relay.router.leave();
        mesh.converge();
        tokyo.send(osaka.id, 1, 7);
        mesh.time.run(Duration.ofSeconds(1));

        // Then
        assertEquals(List.of(7L), sequences(osaka));
        assertEquals(1, relay.router.forwardedPackets());
    }

    @Test
    void whoComesLaterIsToldTheSame() {
        // Given
        VirtualNode leaving = mesh.relay();
        VirtualNode other = mesh.relay();
        VirtualNode osaka = mesh.bridge();
        mesh.connect(osaka, leaving);
        mesh.connect(osaka, other, FAR);
        mesh.converge();
        leaving.router.leave();
        mesh.converge();

        // When
        VirtualNode tokyo = mesh.bridge();
        mesh.connect(tokyo, leaving);
        mesh.connect(tokyo, other, FAR);
        mesh.converge();

        // Then
        assertEquals(other.id, nextHop(tokyo, osaka));
    }
}
