package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.link.Link;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a member of the mesh can do to others by what it sends: end its own link.
@Timeout(120)
class HostileMemberIT {
    @TempDir
    static Path folder;

    private static final AtomicReference<Mesh.MeshRelay> RELAY = new AtomicReference<>();
    private static TwoClusters clusters;

    @BeforeAll
    static void start() throws Exception {
        clusters = TwoClusters.over(
                mesh -> {
                    RELAY.set(mesh.relayAt("relay-1", "tls"));
                    return Carrier.Links.both(Mesh.linksTo(RELAY.get().url()));
                },
                folder);
    }

    @AfterAll
    static void stop() throws Exception {
        clusters.close();
    }

    @AfterEach
    void honestCallsGoOn() throws Exception {
        assertEquals("osaka", clusters.tokyo.get("shop/orders", "/name").body());
        assertEquals(0, clusters.tokyo.admin().sum("hikyaku_streams_reset_by_peer_total"));
    }

    private static HostileNode mallory() throws Exception {
        return HostileNode.dialling(clusters.mesh, RELAY.get().url());
    }

    private static NodeId osaka() {
        return clusters.osaka.node().nodeId();
    }

    private static double counted(String meter, String... labels) throws Exception {
        return RELAY.get().admin().sum(meter, labels);
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketKind.class,
            names = {"HANDSHAKE", "DATA", "REGISTRY", "PUSH_BACK"})
    void aPacketInAnothersNameEndsTheLink(PacketKind kind) throws Exception {
        double before = counted("hikyaku_link_refused_total", "foreign_source");
        try (HostileNode mallory = mallory()) {
            Link link = mallory.awaitUp();

            // When
            link.send(HostileNode.packet(kind, osaka(), clusters.tokyo.node().nodeId(), 1));

            // Then
            String reason = mallory.awaitDown();
            assertTrue(reason.contains("FOREIGN_SOURCE"), reason);
            Await.until("it is counted", () -> counted("hikyaku_link_refused_total", "foreign_source") > before);
        }
    }

    @Test
    void aLeafThatAnnouncesRoutesLosesItsLink() throws Exception {
        try (HostileNode mallory = mallory()) {
            Link link = mallory.awaitUp();

            // When
            link.send(HostileNode.packet(PacketKind.ROUTING, NodeId.NONE, mallory.id(), 0));

            // Then
            String reason = mallory.awaitDown();
            assertTrue(reason.contains("FOREIGN_SOURCE"), reason);
        }
    }

    private enum Wrong {
        VERSION(packet -> packet.setByte(0, 9)),
        KIND(packet -> packet.setByte(1, 200)),
        FLAGS(packet -> packet.setByte(3, 255)),
        LENGTH(packet -> packet.setInt(4, 1 << 30));

        private final java.util.function.UnaryOperator<ByteBuf> change;

        Wrong(java.util.function.UnaryOperator<ByteBuf> change) {
            this.change = change;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMalformedHeaderEndsTheLink(Wrong wrong) throws Exception {
        double before = counted("hikyaku_link_malformed_total");
        try (HostileNode mallory = mallory()) {
            Link link = mallory.awaitUp();

            // When
            link.send(wrong.change.apply(HostileNode.packet(PacketKind.DATA, osaka(), mallory.id(), 1)));

            // Then
            String reason = mallory.awaitDown();
            assertTrue(reason.contains("MALFORMED"), reason);
            Await.until("it is counted", () -> counted("hikyaku_link_malformed_total") > before);
        }
    }

    @Test
    void aMalformedRegistryFrameEndsTheLink() throws Exception {
        double before = counted("hikyaku_route_dropped_packets_total", "malformed");
        try (HostileNode mallory = mallory()) {
            Link link = mallory.awaitUp();

            // When
            link.send(HostileNode.packet(PacketKind.REGISTRY, NodeId.NONE, mallory.id(), 0));

            // Then
            String reason = mallory.awaitDown();
            assertTrue(reason.contains("MALFORMED"), reason);
            Await.until("it is counted", () -> counted("hikyaku_route_dropped_packets_total", "malformed") > before);
        }
    }

    @Test
    void anIdThatIsNotItsOwnIsRefused() throws Exception {
        double before = counted("hikyaku_link_refused_total", "identity");
        try (HostileNode mallory =
                HostileNode.borrowingAnId(clusters.mesh, RELAY.get().url())) {

            // Then
            Await.until(
                    "it is refused again and again",
                    () -> counted("hikyaku_link_refused_total", "identity") > before + 1);
            assertTrue(mallory.neverUp());
        }
    }

    @Test
    void packetsOfNoChannelAreCountedAndDropped() throws Exception {
        double before = clusters.osaka.admin().sum("hikyaku_channel_packets_stray_total");
        try (HostileNode mallory = mallory()) {
            Link link = mallory.awaitUp();

            // When
            for (int i = 0; i < 500; i++) {
                long channel = ThreadLocalRandom.current().nextLong();
                link.send(HostileNode.packet(PacketKind.DATA, osaka(), mallory.id(), channel));
                link.send(HostileNode.packet(PacketKind.HANDSHAKE, osaka(), mallory.id(), channel));
            }

            // Then
            Await.until(
                    "all are counted",
                    () -> clusters.osaka.admin().sum("hikyaku_channel_packets_stray_total") >= before + 1000);
        }
    }
}
