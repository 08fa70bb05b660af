package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.RegistryLimits;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.route.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that were forgotten or not believed, and are there again with a document that did not change.
class ReturningNodeTest {
    private static final NodeId SELF = new NodeId(1, 1);

    @TempDir
    private Path folder;

    private final VirtualTime time = new VirtualTime();

    @Test
    void aNodeThatAWrongTrustMadeGoIsTakenAgainOnceTheTrustIsRight() throws Exception {
        // Given
        TestMember osaka =
                TestMember.cluster(TestMember.authority(folder.resolve("ca"), "demo"), folder.resolve("osaka"), "osaka");
        TestMember stranger = TestMember.cluster(
                TestMember.authority(folder.resolve("other-ca"), "demo"), folder.resolve("other"), "osaka");
        AtomicReference<MeshTrust> trust = new AtomicReference<>(osaka.identity.trust());
        Directory reloading = new Directory(SELF, trust::get, RegistryLimits.DEFAULTS, time, new SimpleMeterRegistry());
        SignedDocument document = osaka.signed(1);
        reloading.offer(document, true);
        trust.set(stranger.identity.trust());
        time.pass(Duration.ofSeconds(2));
        assertEquals(Set.of(), reloading.live().keySet());
        // When
        trust.set(osaka.identity.trust());
        boolean taken = reloading.offer(document, true);
        // Then
        assertTrue(taken);
        assertTrue(reloading.live().containsKey(osaka.node()));
    }
}
