package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.LinkUrl;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoLeaks.class)
class LinkIT {
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
        try (TestNode relay = relay(provider); TestNode edge = edge(provider)) {
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
                while (link.queuedBytes() > 2_000_000) {
                    RecordedEvents.await(edge.events.drained, "drained");
                }
                link.send(Packets.data(edge.node(), number, number % 200));
            }

            // Then
            all.get(3 * RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static TestNode relay(SslProvider provider) throws Exception {
        return new TestNode(TestMesh.own(mesh.relay("relay-1"), true, Set.of(), provider));
    }

    private static TestNode edge(SslProvider provider) throws Exception {
        return new TestNode(TestMesh.own(mesh.cluster("edge"), false, Set.of(), provider));
    }
}
