package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.PushBack.Dropped;
import io.hikyaku.wire.route.PushBack.Pause;
import io.hikyaku.wire.route.PushBack.Resume;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushBackTest {
    private static final int BODY = 16 * 1024;
    private static final RouteLimits LIMITS =
            new RouteLimits(DataSize.ofMiB(1), DataSize.ofKiB(256), DataSize.ofKiB(128), DataSize.ofMiB(2));

    private final VirtualMesh mesh = new VirtualMesh(LIMITS);
    private final VirtualNode relay = mesh.relay();
    private final VirtualNode tokyo = mesh.bridge();
    private final VirtualNode osaka = mesh.bridge();
    private final VirtualNode slow = mesh.bridge();
    private final FakeLink toSlow;

    PushBackTest() {
        mesh.connect(tokyo, relay);
        mesh.connect(osaka, relay);
        toSlow = mesh.connect(slow, relay).otherEnd();
        mesh.converge();
    }

    private void sendToSlow(VirtualNode from, int packets) {
        for (int i = 0; i < packets; i++) {
            from.send(slow.id, 7, i, BODY);
        }
        mesh.time.run(Duration.ofMillis(50));
    }

    private static long count(VirtualNode node, Class<? extends PushBack> type) {
        return node.pushBacks.stream().filter(type::isInstance).count();
    }

    @Test
    void aSourceIsPausedOnceAndResumedWhenTheLinkHasDrained() {
        // Given
        toSlow.stall();
        // When
        sendToSlow(tokyo, 30);
        // Then
        assertEquals(List.of(new Pause(slow.id, Pressure.PAUSE_MILLIS)), tokyo.pushBacks);
        // When
        toSlow.flow();
        mesh.time.run(Duration.ofMillis(50));
        // Then
        assertEquals(new Resume(slow.id), tokyo.pushBacks.getLast());
        assertEquals(2, tokyo.pushBacks.size());
        assertEquals(30, slow.received.size());
    }

    @Test
    void aPauseThatLastsIsRepeatedBeforeItEndsByItself() {
        // Given
        toSlow.stall();
        sendToSlow(tokyo, 30);
        // When
        mesh.time.run(Duration.ofMillis(2_000));
        // Then
        long pauses = count(tokyo, Pause.class);
        assertTrue(pauses >= 4 && pauses <= 6, "pauses: " + pauses);
    }

    @Test
    void whoSendsOnBeyondTheBoundLosesPacketsAndIsTold() {
        // Given
        toSlow.stall();
        // When
        sendToSlow(tokyo, 200);
        // Then
        assertTrue(toSlow.queuedBytes() <= LIMITS.linkQueue().bytes(), "queued: " + toSlow.queuedBytes());
        assertEquals(1, count(tokyo, Dropped.class));
        assertTrue(tokyo.pushBacks.contains(new Dropped(slow.id, 7, false)));
        assertTrue(relay.dropped(Drop.QUEUE_FULL) > 100);
    }

    @Test
    void oneSlowDestinationHarmsNobodyElse() {
        // Given
        toSlow.stall();
        sendToSlow(tokyo, 200);
        osaka.received.clear();
        // When
        for (int i = 0; i < 100; i++) {
            tokyo.send(osaka.id, 8, i, BODY);
        }
        mesh.time.run(Duration.ofMillis(50));
        // Then
        assertEquals(100, osaka.received.size());
        assertEquals(0, count(osaka, PushBack.class));
        assertTrue(tokyo.pushBacks.stream()
                .allMatch(pushBack -> pushBack.destination().equals(slow.id)));
    }

    @Test
    void allLinksTogetherStayWithinTheBudget() {
        // Given four destinations that take nothing
        FakeLink[] stalled = new FakeLink[4];
        VirtualNode[] destinations = new VirtualNode[4];
        for (int i = 0; i < 4; i++) {
            destinations[i] = mesh.bridge();
            stalled[i] = mesh.connect(destinations[i], relay).otherEnd();
        }
        mesh.converge();
        for (FakeLink link : stalled) {
            link.stall();
        }
        // When
        for (int i = 0; i < 60; i++) {
            for (VirtualNode destination : destinations) {
                tokyo.send(destination.id, 9, i, BODY);
            }
            mesh.time.run(Duration.ofMillis(2));
        }
        // Then
        long queued = 0;
        for (FakeLink link : stalled) {
            queued += link.queuedBytes();
        }
        long bound = LIMITS.budget().bytes() + 4 * QueueBudget.BACKLOG;
        assertTrue(queued <= bound, queued + " bytes wait, at most " + bound);
        assertTrue(relay.dropped(Drop.QUEUE_FULL) > 0);
    }

    @Test
    void pausesEndWithTheLink() {
        // Given
        toSlow.stall();
        sendToSlow(tokyo, 30);
        // When
        toSlow.cut("gone");
        mesh.converge();
        // Then
        assertEquals(new Resume(slow.id), tokyo.pushBacks.getLast());
        assertEquals(0, relay.meters.get("hikyaku.route.paused").gauge().value());
    }
}
