package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.Neighbour;
import io.hikyaku.link.PacketSink;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.registry.flood.FloodReceivers;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.route.FakeLink;
import io.hikyaku.route.Router;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrames;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the registry costs a bridge in a mesh of many behind one relay, in virtual time: routing and registry of the
/// relay and of the bridge that is looked at are the real ones, the others only speak.
class LargeMeshTest {
    private static final int NODES = 1_000;
    private static final Duration NEAR = Duration.ofMillis(5);
    /// Relays repeat whom they reach twice in it, and so many nodes beat as in such a time.
    private static final Duration WINDOW = Duration.ofSeconds(1_600);
    /// What TLS adds to a packet that is sent by itself.
    private static final int RECORD = 22;

    @TempDir
    private Path folder;

    private final VirtualTime time = new VirtualTime();
    private final InstanceKey relayKey = InstanceKey.generate();
    private final Router relay = router(relayKey.nodeId(), true);
    private final RegistryFlood relayFlood = flood(relayKey.nodeId(), true, FloodReceivers.none());
    private final List<Talker> talkers = new ArrayList<>();
    private TestMember member;
    private Directory directory;
    private RegistryFlood flood;
    private FakeLink up;
    private FakeLink down;
    private boolean many;

    @BeforeEach
    void start() throws Exception {
        relay.attach(relayFlood);
        Authority authority = TestMember.authority(folder.resolve("ca"), "demo");
        member = TestMember.cluster(authority, folder.resolve("edge"), "edge");
    }

    private Router router(NodeId node, boolean forwards) {
        return new Router(node, forwards, 1, RouteLimits.DEFAULTS, time, new SimpleMeterRegistry());
    }

    private RegistryFlood flood(NodeId node, boolean forwards, RegistryFlood.Receiver receiver) {
        return new RegistryFlood(node, forwards, RegistryLimits.DEFAULTS, time, receiver, new SimpleMeterRegistry());
    }

    /// The bridge that is looked at.
    private void join() {
        NodeId self = member.node();
        directory =
                new Directory(self, member.identity::trust, RegistryLimits.DEFAULTS, time, new SimpleMeterRegistry());
        flood = flood(self, false, FloodReceivers.into(directory));
        Router router = router(self, false);
        router.attach(flood);
        flood.publish(member.signed(1, "shop/orders"));
        Neighbour asRelay = new Neighbour(relayKey.nodeId(), "spiffe://demo/relay/r", true, 0, 1);
        up = new FakeLink(time, asRelay, "up", true, 0, router);
        down = new FakeLink(time, leaf(self), "down", false, 0, relay);
        FakeLink.join(up, down, NEAR);
    }

    private void joinAmongMany() {
        many = true;
        for (int i = 0; i < NODES; i++) {
            talker("team-" + i % 20 + "/service-" + i);
        }
        time.run(Duration.ofSeconds(5));
        join();
        time.run(Duration.ofSeconds(30));
        assertEquals(NODES, directory.live().size());
    }

    private static Neighbour leaf(NodeId node) {
        return new Neighbour(node, "spiffe://demo/cluster/edge", false, 0, 1);
    }

    private Talker talker(String... services) {
        Talker talker = new Talker(services);
        talkers.add(talker);
        Neighbour asRelay = new Neighbour(relayKey.nodeId(), "spiffe://demo/relay/r", true, 0, 1);
        FakeLink dialled = new FakeLink(time, asRelay, "talker", true, 0, talker);
        FakeLink.join(dialled, talked(talker.key.nodeId()), NEAR);
        return talker;
    }

    /// The relay's end of a talker's link, full when there are many: telling them of each other would take long.
    private FakeLink talked(NodeId node) {
        FakeLink talked = new FakeLink(time, leaf(node), "talked", false, 0, relay);
        talked.queue(many ? 2 << 20 : 0);
        return talked;
    }

    /// A node that says what it exports, and hears nothing.
    private final class Talker implements LinkEvents {
        final InstanceKey key = InstanceKey.generate();
        final DocumentMaker maker = new DocumentMaker(key);
        final String statement = Statement.sign(member.identity, key.publicKey());
        private String[] services;
        private SignedDocument said;
        private Link link;

        Talker(String... services) {
            this.services = services;
        }

        private SignedDocument document(long sequence) {
            return maker.make(TestMember.document(
                    key.nodeId(), member.identity.member().uri(), statement, sequence, false, services));
        }

        @Override
        public void onUp(Link made) {
            link = made;
            said = document(1);
            send(new Document(
                    DocumentHeads.write(said.head()),
                    fitting(List.copyOf(said.parts().values()))));
        }

        private List<byte[]> fitting(List<byte[]> parts) {
            List<byte[]> some = new ArrayList<>();
            int size = DocumentHeads.size(said.head());
            for (byte[] part : parts) {
                size += part.length + 4;
                if (size < Packet.MAX_BODY) {
                    some.add(part);
                }
            }
            return some;
        }

        void export(String... others) {
            services = others;
            SignedDocument before = said;
            said = document(said.sequence() + 1);
            List<byte[]> news = said.newerThan(before).stream()
                    .map(digest -> said.parts().get(digest))
                    .toList();
            send(new Document(DocumentHeads.write(said.head()), news));
        }

        void send(RegistryFrame frame) {
            ByteBuf body = Unpooled.buffer();
            RegistryFrames.write(body, frame);
            ByteBuf packet = Unpooled.buffer(Packet.HEADER_BYTES + body.readableBytes());
            Packet.betweenNeighbours(PacketKind.REGISTRY, body.readableBytes(), key.nodeId())
                    .write(packet);
            link.send(packet.writeBytes(body));
        }

        @Override
        public void onPacket(Link by, ByteBuf packet) {
            try {
                if (Packet.kind(packet) == PacketKind.REGISTRY
                        && RegistryFrames.read(packet.skipBytes(Packet.HEADER_BYTES))
                                instanceof RegistryFrame.Want want) {
                    want.parts()
                            .forEach(digest -> send(new RegistryFrame.Parts(
                                    key.nodeId(), List.of(said.parts().get(digest)))));
                }
            } finally {
                packet.release();
            }
        }

        @Override
        public void onDrained(PacketSink by) {
            // It never fills.
        }

        @Override
        public void onDown(PacketSink by, String reason) {
            throw new IllegalStateException("down: " + reason);
        }
    }

    /// Bytes on the bridge's link, both ways.
    private long bytes() {
        return up.sentBytes() + down.sentBytes() + RECORD * (up.sentPackets() + down.sentPackets());
    }

    @Test
    void anIdleBridgeAmongAThousandNeedsFewBytes() {
        // Given
        joinAmongMany();
        long joined = bytes();
        Random random = new Random(1);
        for (Talker talker : talkers.subList(0, (int) (NODES * WINDOW.toSeconds() / RegistryFlood.BEAT.toSeconds()))) {
            time.after(random.nextLong(WINDOW.toNanos()), () -> talker.send(talker.maker.beat(1, 1)));
        }
        // When
        time.run(WINDOW);
        // Then
        double perSecond = (bytes() - joined) / (double) WINDOW.toSeconds();
        System.getLogger("figures").log(System.Logger.Level.INFO, "idle among {0}: {1} B/s", NODES, perSecond);
        assertEquals(NODES, directory.live().size());
        assertTrue(perSecond < 100, "idle traffic of " + perSecond + " bytes a second");
    }

    @Test
    void whoComesBackIsToldNothingThatItKnows() {
        // Given
        joinAmongMany();
        long joined = bytes();
        // When its link is lost for two minutes
        up.close(Goodbye.Code.OTHER, "lost");
        time.run(Duration.ofMinutes(2));
        assertEquals(0, directory.live().size());
        assertEquals(NODES, directory.lost().size());
        up = new FakeLink(time, up.neighbour(), "up", true, 0, up.events());
        down = new FakeLink(time, leaf(member.node()), "down", false, 0, relay);
        FakeLink.join(up, down, NEAR);
        time.run(Duration.ofSeconds(10));
        // Then
        assertEquals(NODES, directory.live().size());
        assertTrue(bytes() < 60_000, bytes() + " bytes to come back, " + joined + " to join");
    }

    @Test
    void oneChangeAmongTenThousandServicesIsLessThanFourKilobytes() {
        // Given
        String[] services = new String[10_000];
        Arrays.setAll(services, i -> "team-" + i % 100 + "/service-" + i);
        Talker talker = talker(services);
        join();
        time.run(Duration.ofSeconds(30));
        NodeId node = talker.key.nodeId();
        assertEquals(10_000, directory.live(node).orElseThrow().exports().size());
        long before = bytes();
        // When one more is exported
        String[] more = Arrays.copyOf(services, services.length + 1);
        more[services.length] = "team/another";
        talker.export(more);
        time.run(Duration.ofSeconds(1));
        // Then
        assertEquals(2, directory.live(node).orElseThrow().sequence());
        long changed = bytes() - before;
        System.getLogger("figures").log(System.Logger.Level.INFO, "one change among 10,000: {0} bytes", changed);
        assertTrue(changed < 4 * 1024, "a change of " + changed + " bytes");
    }
}
