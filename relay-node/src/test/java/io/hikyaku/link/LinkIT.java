package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.loop.Await;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class LinkIT {
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    private static final LinkLimits PATIENT = LinkLimits.DEFAULTS;

    @TempDir
    static Path directory;

    private static TestMesh mesh;

    @BeforeAll
    static void makeMesh() throws Exception {
        mesh = new TestMesh("demo", directory);
    }

    @ParameterizedTest
    @CsvSource({"tls, JDK", "tls, OPENSSL", "wss, JDK", "wss, OPENSSL"})
    void comesUpAndBothSidesKnowWhoIsThere(String scheme, SslProvider provider) throws Exception {
        // Given
        try (TestNode relay = relay(provider);
                TestNode edge = edge(provider)) {
            LinkUrl url = relay.listen(scheme);

            // When
            edge.links.dial(url);

            // Then
            Link up = edge.events.awaitUp();
            assertEquals(new Neighbour(relay.node(), "spiffe://demo/relay/relay-1", true, 0, 1), up.neighbour());
            assertTrue(up.dialled());
            assertEquals(url.toString(), up.name());
            Link accepted = relay.events.awaitUp();
            assertEquals(new Neighbour(edge.node(), "spiffe://demo/cluster/edge", false, 0, 1), accepted.neighbour());
            assertFalse(accepted.dialled());
        }
    }

    @ParameterizedTest
    @CsvSource({"tls, JDK", "tls, OPENSSL", "wss, JDK", "wss, OPENSSL"})
    void carriesPacketsOfEverySizeBothWays(String scheme, SslProvider provider) throws Exception {
        // Given
        RecordedEvents echo = new RecordedEvents((link, packet) -> link.send(packet));
        try (TestNode relay = new TestNode(
                        TestMesh.own(mesh.relay("relay-1"), true, Set.of(), provider), echo, TestNode.QUICK, 1);
                TestNode edge = edge(provider)) {
            edge.links.dial(relay.listen(scheme));
            Link link = edge.events.awaitUp();

            for (int size : new int[] {0, 1, 1000, 8_000, 16_384, 40_000, Packet.MAX_BODY}) {
                // When
                link.send(Packets.data(edge.node(), size, size));

                // Then
                ByteBuf expected = Packets.data(edge.node(), size, size);
                ByteBuf back = edge.events.awaitPacket();
                assertTrue(ByteBufUtil.equals(expected, back), "a body of " + size + " bytes");
                expected.release();
                back.release();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tls, OPENSSL, 100000", "wss, OPENSSL, 20000", "tls, JDK, 20000"})
    void keepsTheOrder(String scheme, SslProvider provider, int count) throws Exception {
        // Given
        AtomicLong next = new AtomicLong();
        CompletableFuture<Void> all = new CompletableFuture<>();
        RecordedEvents counting = new RecordedEvents((_, packet) -> {
            long number = Packet.sequence(packet);
            packet.release();
            if (number != next.getAndIncrement()) {
                all.completeExceptionally(new AssertionError("packet " + number + " instead of " + (next.get() - 1)));
            } else if (number == count - 1) {
                all.complete(null);
            }
        });
        try (TestNode relay = new TestNode(
                        TestMesh.own(mesh.relay("relay-1"), true, Set.of(), provider), counting, TestNode.QUICK, 1);
                TestNode edge = edge(provider)) {
            edge.links.dial(relay.listen(scheme));
            Link link = edge.events.awaitUp();

            // When
            for (int number = 0; number < count; number++) {
                awaitRoom(link);
                link.send(Packets.data(edge.node(), number, number % 200));
            }

            // Then
            all.get(3 * RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /// Waits for the queue itself: that it drained is told only after it was full.
    private static void awaitRoom(Link link) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RecordedEvents.DEADLINE_SECONDS);
        while (link.queuedBytes() > 2_000_000) {
            assertTrue(System.nanoTime() - deadline < 0, "the queue does not drain");
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void aRelayThatIsNotThereYetIsDialledUntilItIs() throws Exception {
        // Given a port that is taken, so that nobody else gets it, and on which nobody listens
        try (Socket held = new Socket();
                TestNode edge = edge(PROVIDER);
                TestNode relay = relay(PROVIDER)) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            LinkUrl url = LinkUrl.parse("tls://127.0.0.1:" + held.getLocalPort());

            // When
            edge.links.dial(url);
            Await.until(
                    "a failure to dial is told",
                    () -> edge.links.status().getFirst().lastError() != null);
            held.close();
            relay.listenAt(url.toString());

            // Then
            edge.events.awaitUp();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls", "wss"})
    void aLinkComesBackAfterARestartOfTheRelay(String scheme) throws Exception {
        try (TestNode edge = edge(PROVIDER)) {
            // Given
            LinkUrl url;
            NodeId first;
            try (TestNode relay = relay(PROVIDER)) {
                url = relay.listen(scheme);
                edge.links.dial(url);
                first = edge.events.awaitUp().neighbour().node();
            }
            assertEquals(
                    "the neighbour said goodbye: LEAVING the node stops",
                    edge.events.awaitDown().reason());

            // When
            try (TestNode relay = relay(PROVIDER)) {
                relay.listenAt(url.toString());

                // Then
                assertNotEquals(first, edge.events.awaitUp().neighbour().node());
            }
        }
    }

    @Test
    void eachEventLoopHasALinkOfItsOwn() throws Exception {
        // Given
        try (TestNode relay = relay(PROVIDER);
                TestNode edge = new TestNode(
                        TestMesh.own(mesh.cluster("edge"), false, Set.of(), PROVIDER),
                        new RecordedEvents(),
                        TestNode.QUICK,
                        2)) {
            // When
            edge.links.dial(relay.listen("tls"));

            // Then
            Set<Integer> shards = Set.of(
                    relay.events.awaitUp().neighbour().shard(),
                    relay.events.awaitUp().neighbour().shard());
            assertEquals(Set.of(0, 1), shards);
            assertEquals(
                    1, edge.events.awaitUp().shard() + edge.events.awaitUp().shard());
        }
    }

    @Test
    void bytesMayArriveOneByOne() throws Exception {
        // Given
        try (TestNode relay = relay(PROVIDER);
                TestNode edge = edge(PROVIDER);
                TcpProxy proxy = new TcpProxy(relay.listen("tls").address().port(), 1)) {
            edge.links.dial(LinkUrl.parse("tls://127.0.0.1:" + proxy.port()));
            Link link = edge.events.awaitUp();

            // When
            link.send(Packets.data(edge.node(), 3, 2_000));

            // Then
            ByteBuf packet = relay.events.awaitPacket();
            assertEquals(3, Packet.sequence(packet));
            assertEquals(Packet.HEADER_BYTES + 2_000, packet.readableBytes());
            packet.release();
        }
    }

    @Test
    void aPeerThatStallsIsDeadThoughTcpSaysNothing() throws Exception {
        // Given
        try (TestNode relay = new TestNode(
                        TestMesh.own(mesh.relay("relay-1"), true, Set.of(), PROVIDER), TestNode.SOON_DEAD);
                TestNode edge = new TestNode(
                        TestMesh.own(mesh.cluster("edge"), false, Set.of(), PROVIDER), TestNode.SOON_DEAD);
                TcpProxy proxy = new TcpProxy(relay.listen("tls").address().port(), 4096)) {
            edge.links.dial(LinkUrl.parse("tls://127.0.0.1:" + proxy.port()));
            edge.events.awaitUp();
            relay.events.awaitUp();

            // When
            proxy.stall();

            // Then
            assertTrue(edge.events.awaitDown().reason().startsWith("nothing was heard for "));
            assertTrue(relay.events.awaitDown().reason().startsWith("nothing was heard for "));
        }
    }

    @Test
    void whatASlowReaderLeavesWaitsIsCountedAndToldWhenItDrains() throws Exception {
        // Given
        AtomicLong arrived = new AtomicLong();
        try (TestNode relay = new TestNode(
                        TestMesh.own(mesh.relay("relay-1"), true, Set.of(), PROVIDER),
                        new RecordedEvents((_, packet) -> {
                            arrived.incrementAndGet();
                            packet.release();
                        }),
                        PATIENT,
                        1);
                TestNode edge = new TestNode(
                        TestMesh.own(mesh.cluster("edge"), false, Set.of(), PROVIDER),
                        new RecordedEvents(),
                        PATIENT,
                        1);
                TcpProxy proxy = new TcpProxy(relay.listen("tls").address().port(), 65_536)) {
            edge.links.dial(LinkUrl.parse("tls://127.0.0.1:" + proxy.port()));
            Link link = edge.events.awaitUp();
            relay.events.awaitUp();

            // When
            proxy.stall();
            long sent = 0;
            while (link.queuedBytes() < 3_000_000 && edge.events.downs.isEmpty()) {
                link.send(Packets.data(edge.node(), sent++, 32_000));
            }
            proxy.goOn();

            // Then
            RecordedEvents.await(edge.events.drained, "drained");
            long all = sent;
            Await.until("all packets arrive", () -> arrived.get() == all);
            Await.until("nothing waits any more", () -> link.queuedBytes() == 0);
        }
    }

    @Test
    void aLinkThatIsFedWithoutLookingIsClosed() throws Exception {
        // Given
        try (TestNode relay = relay(PROVIDER);
                TestNode edge = edge(PROVIDER);
                TcpProxy proxy = new TcpProxy(relay.listen("tls").address().port(), 65_536)) {
            edge.links.dial(LinkUrl.parse("tls://127.0.0.1:" + proxy.port()));
            Link link = edge.events.awaitUp();
            proxy.stall();

            // When
            for (int i = 0; i < 1_000; i++) {
                link.send(Packets.data(edge.node(), i, 60_000));
            }

            // Then
            assertEquals("too much waits for this link", edge.events.awaitDown().reason());
            link.send(Packets.data(edge.node(), 0, 60_000));
            Await.until("no memory is held after the end", () -> link.queuedBytes() == 0);
        }
    }

    @Test
    void anotherPathThanTheLinksIsNotFound() throws Exception {
        // Given
        try (TestNode relay = relay(PROVIDER);
                TestNode edge = edge(PROVIDER)) {
            LinkUrl url = relay.listen("wss");

            // When
            edge.links.dial(LinkUrl.parse(url.toString().replace("/link", "/other")));

            // Then
            Await.until(
                    "the dialler hears of status 404",
                    () -> String.valueOf(edge.links.status().getFirst().lastError())
                            .contains("404"));
            assertTrue(relay.events.ups.isEmpty());
        }
    }

    private static TestNode relay(SslProvider provider) throws Exception {
        return new TestNode(TestMesh.own(mesh.relay("relay-1"), true, Set.of(), provider));
    }

    private static TestNode edge(SslProvider provider) throws Exception {
        return new TestNode(TestMesh.own(mesh.cluster("edge"), false, Set.of(), provider));
    }
}
