package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Links that do not answer are used last, and channels hear of it.
class DoubtTest {
    private static final Duration FAR = Duration.ofMillis(50);
    private static final Duration MOMENT = Duration.ofMillis(200);

    private final VirtualMesh mesh = new VirtualMesh();
    private final VirtualNode near = mesh.relay();
    private final VirtualNode far = mesh.relay();
    private final VirtualNode tokyo = mesh.bridge();
    private final VirtualNode osaka = mesh.bridge();
    private FakeLink tokyoNear;
    private FakeLink osakaNear;

    @BeforeEach
    void join() {
        tokyoNear = mesh.connect(tokyo, near);
        osakaNear = mesh.connect(osaka, near);
        mesh.connect(tokyo, far, FAR);
        mesh.connect(osaka, far, FAR);
        mesh.converge();
        assertEquals(near.id, nextHop(tokyo));
    }

    private NodeId nextHop(VirtualNode from) {
        return from.router
                .pathTo(from.equals(tokyo) ? osaka.id : tokyo.id)
                .orElseThrow()
                .via();
    }

    @Test
    void anotherRelayIsTakenAtOnceAndTheFirstOneAgainWhenItAnswers() {
        // When
        tokyoNear.doubt(true);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(far.id, nextHop(tokyo));
        assertTrue(tokyo.doubtedWays.contains(osaka.id));
        tokyoNear.doubt(false);
        mesh.time.run(MOMENT);
        assertEquals(near.id, nextHop(tokyo));
    }

    @Test
    void aWayThatBecomesBetterPutsTheOneBeforeInNoDoubt() {
        // Given
        tokyoNear.doubt(true);
        mesh.time.run(MOMENT);
        assertEquals(far.id, nextHop(tokyo));
        tokyo.doubtedWays.clear();

        // When
        tokyoNear.doubt(false);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(near.id, nextHop(tokyo));
        assertEquals(List.of(), tokyo.doubtedWays);
    }

    @Test
    void aRelayThatDoubtsALeafTellsTheOthersToTakeItLast() {
        // When
        osakaNear.otherEnd().doubt(true);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(far.id, nextHop(tokyo));
    }

    @Test
    void whereThereIsNoOtherWayItIsUsedOn() {
        // Given
        VirtualNode lonely = mesh.bridge();
        FakeLink only = mesh.connect(lonely, near);
        mesh.converge();

        // When
        only.doubt(true);
        mesh.time.run(MOMENT);
        lonely.send(osaka.id, 1, 7);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(1, osaka.received.size());
        assertTrue(lonely.doubtedWays.contains(osaka.id));
    }

    @Test
    void ofTwoLinksToOneRelayTheOtherIsTakenAndAskedTheSame() {
        // Given
        FakeLink second = mesh.connect(tokyo, near, VirtualMesh.NEAR, 1);
        mesh.converge();
        tokyo.doubtedWays.clear();

        // When
        second.doubt(true);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(near.id, nextHop(tokyo));
        assertEquals(1, tokyoNear.probes());
        assertEquals(
                List.of(osaka.id),
                tokyo.doubtedWays.stream().filter(osaka.id::equals).toList());
    }

    @Test
    void aLinkThatGoesDownPutsTheWaysThatItCarriedInDoubt() {
        // When
        tokyoNear.cut("killed");
        mesh.time.run(MOMENT);

        // Then
        assertEquals(far.id, nextHop(tokyo));
        assertTrue(tokyo.doubtedWays.contains(osaka.id));
    }

    @Test
    void whoIsOnTheFarSideOfADeadLinkPutsItsWaysInDoubtToo() {
        // When
        osakaNear.cut("killed");
        mesh.time.run(MOMENT);

        // Then
        assertEquals(far.id, nextHop(tokyo));
        assertTrue(tokyo.doubtedWays.contains(osaka.id));
    }

    @Test
    void anotherPartitionOfItsTopicPutsAWayInDoubtAndTheSameOneAgainDoesNot() {
        // Given
        FakeLink first = topic(0);
        tokyo.router.addDirect(osaka.id, first, 1);
        mesh.time.run(MOMENT);
        assertEquals(osaka.id, nextHop(tokyo));
        tokyo.doubtedWays.clear();
        tokyo.router.addDirect(osaka.id, first, 2);
        mesh.time.run(MOMENT);
        assertEquals(List.of(), tokyo.doubtedWays);

        // When
        tokyo.router.addDirect(osaka.id, topic(1), 1);
        mesh.time.run(MOMENT);

        // Then
        assertEquals(List.of(osaka.id), tokyo.doubtedWays);
    }

    private FakeLink topic(int partition) {
        Neighbour nobody = new Neighbour(NodeId.NONE, "kafka", false, 0, 1);
        return new FakeLink(mesh.time, nobody, "topic-" + partition, true, 0, tokyo.router);
    }

    @Test
    void noiseInRoundTripsPutsNothingInDoubt() {
        // Given
        tokyo.doubtedWays.clear();

        // When
        for (int i = 0; i < 40; i++) {
            tokyoNear.setLatency(Duration.ofMillis(1 + i % 2));
            mesh.time.run(MOMENT);
        }

        // Then
        assertEquals(List.of(), tokyo.doubtedWays);
    }
}
