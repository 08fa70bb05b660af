package io.hikyaku.registry;

import static io.hikyaku.registry.TestDocuments.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.link.Neighbour;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.registry.flood.FloodReceivers;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.route.RecordingLink;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RegistryFrame;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that were forgotten or not believed, and are there again with a document that did not change.
class ReturningNodeTest {
    private static final NodeId SELF = new NodeId(1, 1);
    private static final Neighbour RELAY = new Neighbour(new NodeId(100, 1), "spiffe://demo/relay/r1", true, 0, 1);

    @TempDir
    private Path folder;

    private final VirtualTime time = new VirtualTime();
    private TestMember osaka;

    @BeforeEach
    void start() throws Exception {
        osaka = TestMember.cluster(
                TestMember.authority(folder.resolve("ca"), "demo"), folder.resolve("osaka"), "osaka");
    }

    /// A bridge's flood with a relay as its neighbour.
    private RegistryFlood flood(Directory directory) {
        RegistryFlood flood = new RegistryFlood(
                SELF, false, RegistryLimits.DEFAULTS, time, FloodReceivers.into(directory), new SimpleMeterRegistry());
        flood.onVouched(RELAY.node(), true);
        flood.onNeighbourUp(RELAY, new RecordingLink(RELAY));
        flood.onRegistryFrame(RELAY, new RegistryFrame.Summary(true, List.of()));
        return flood;
    }

    @Test
    void anUpdateThatWasNotBelievedIsOfferedAgainAlthoughItsNodeIsKnown() {
        // Given a clock that is wrong for a moment
        Directory directory =
                new Directory(SELF, osaka.identity::trust, RegistryLimits.DEFAULTS, time, new SimpleMeterRegistry());
        RegistryFlood flood = flood(directory);
        flood.onVouched(osaka.node(), true);
        flood.onRegistryFrame(RELAY, whole(osaka.signed(1, "shop/orders")));
        osaka.clock.set(TestMember.START.plus(Duration.ofDays(2)));
        flood.onRegistryFrame(RELAY, whole(osaka.signed(2, "shop/payments")));
        osaka.clock.set(TestMember.START);
        assertEquals(1, directory.live(osaka.node()).orElseThrow().sequence());
        // When
        time.run(RegistryFlood.DIGEST.plusSeconds(1));
        // Then
        assertEquals(2, directory.live(osaka.node()).orElseThrow().sequence());
    }

    @Test
    void aNodeThatWasAwayForLongerThanItsLeaseIsBackWithItsBeat() {
        // Given
        Directory directory =
                new Directory(SELF, osaka.identity::trust, RegistryLimits.DEFAULTS, time, new SimpleMeterRegistry());
        RegistryFlood flood = flood(directory);
        flood.onVouched(osaka.node(), true);
        flood.onRegistryFrame(RELAY, whole(osaka.signed(1, "shop/orders")));
        flood.onVouched(osaka.node(), false);
        time.run(KnownNode.LEASE.plusHours(1));
        // When its relay is back and tells what it knows
        flood.onVouched(osaka.node(), true);
        flood.onRegistryFrame(RELAY, whole(osaka.signed(1, "shop/orders")));
        assertEquals(Set.of(), directory.live().keySet());
        flood.onRegistryFrame(RELAY, osaka.beat(1, 2_000));
        // Then
        assertEquals(Set.of(osaka.node()), directory.live().keySet());
    }

    @Test
    void aNodeThatAWrongTrustMadeGoIsTakenAgainOnceTheTrustIsRight() throws Exception {
        // Given
        TestMember stranger = TestMember.cluster(
                TestMember.authority(folder.resolve("other-ca"), "demo"), folder.resolve("other"), "osaka");
        AtomicReference<MeshTrust> trust = new AtomicReference<>(osaka.identity.trust());
        Directory reloading = new Directory(SELF, trust::get, RegistryLimits.DEFAULTS, time, new SimpleMeterRegistry());
        SignedDocument document = osaka.signed(1);
        reloading.offer(document, true);
        trust.set(stranger.identity.trust());
        time.run(Duration.ofSeconds(2));
        assertEquals(Set.of(), reloading.live().keySet());
        // When
        trust.set(osaka.identity.trust());
        boolean taken = reloading.offer(document, true);
        // Then
        assertTrue(taken);
        assertTrue(reloading.live().containsKey(osaka.node()));
    }
}
