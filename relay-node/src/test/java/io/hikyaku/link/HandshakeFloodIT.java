package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.link.admission.HandshakeBound;
import io.hikyaku.loop.Await;
import io.hikyaku.net.EventLoops;
import io.hikyaku.net.NoLeaks;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who connects and does not greet: with a handshake that has no end, or with nothing at all.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HandshakeFloodIT {
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    private static final Duration LONGER_THAN_ANY_TEST = Duration.ofMinutes(5);
    private static final int MANY = 100;
    /// Four of these open a thousand connections a second at least, where the machine is fast enough.
    private static final long PACE_NANOS = Duration.ofMillis(2).toNanos();

    private static final int CLAIM_16_MIB = (1 << 24) - 1;

    /// As much as BoringSSL would wait for.
    private static final int CLAIM_99_KIB = 99 << 10;

    @TempDir
    static Path directory;

    private static Identity relayIdentity;
    private static Identity edgeIdentity;

    private final List<SilentPeer> peers = new ArrayList<>();
    private TestNode relay;
    private LinkUrl url;

    @BeforeAll
    static void makeMesh() throws Exception {
        TestMesh mesh = new TestMesh("demo", directory);
        relayIdentity = mesh.relay("relay-1");
        edgeIdentity = mesh.cluster("edge");
    }

    private void start(SslProvider provider, String scheme, LinkLimits limits) throws Exception {
        relay = new TestNode(TestMesh.own(relayIdentity, true, Set.of(), provider), new RecordedEvents(), limits, 1);
        url = relay.listen(scheme);
    }

    @AfterEach
    void nothingStays() throws Exception {
        for (SilentPeer peer : peers) {
            peer.close();
        }
        Await.until("no connection stays half-open", () -> greeting() == 0);
        relay.close();
    }

    @ParameterizedTest
    @CsvSource({"tls, JDK", "tls, OPENSSL", "wss, JDK", "wss, OPENSSL"})
    void aClientHelloOf16MebibytesIsNotWaitedFor(String scheme, SslProvider provider) throws Exception {
        // Given
        start(provider, scheme, limits(LONGER_THAN_ANY_TEST, MANY, MANY));

        // When
        SilentPeer peer = peerFrom("127.0.0.1");
        peer.send(SilentPeer.hello(CLAIM_16_MIB, 16_384, 200_000));

        // Then
        assertTrue(peer.hearsEnd());
        awaitRefused("tls", 1);
        aGoodPeerGetsIn();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16_384})
    void aHandshakeMayTakeSoManyBytesAndNoMore(int recordSize) throws Exception {
        // Given
        start(PROVIDER, "tls", limits(LONGER_THAN_ANY_TEST, MANY, MANY));
        SilentPeer peer = peerFrom("127.0.0.1");
        byte[] hello = SilentPeer.hello(CLAIM_99_KIB, recordSize, HandshakeBound.MAX_BYTES + 1);
        peer.send(Arrays.copyOf(hello, HandshakeBound.MAX_BYTES));
        assertFalse(peer.hearsEndWithin(Duration.ofMillis(500)));

        // When
        peer.send(hello[HandshakeBound.MAX_BYTES]);

        // Then
        assertTrue(peer.hearsEnd());
        awaitRefused("tls", 1);
    }

    @ParameterizedTest
    @CsvSource({"tls, JDK", "tls, OPENSSL", "wss, OPENSSL"})
    void aHandshakeThatDribblesHasAnEndInTime(String scheme, SslProvider provider) throws Exception {
        // Given
        start(provider, scheme, limits(Duration.ofMillis(500), MANY, MANY));
        SilentPeer peer = peerFrom("127.0.0.1");
        byte[] hello = SilentPeer.hello(2_000, 1, 12_000);

        // When
        boolean ended = false;
        for (int i = 0; i < hello.length && !ended; i++) {
            peer.send(hello[i]);
            ended = peer.hearsEndWithin(Duration.ofMillis(20));
        }

        // Then
        assertTrue(ended);
        assertEquals(1, relay.refused("timeout") + relay.refused("tls"));
    }

    @Test
    void aSourceThatGreetsNotHasSoManyConnectionsAndNewcomersTakeThePlaceOfThese() throws Exception {
        // Given
        start(PROVIDER, "tls", limits(LONGER_THAN_ANY_TEST, MANY, 3));

        // When
        for (int i = 0; i < 10; i++) {
            peerFrom("127.0.0.2");
        }

        // Then
        awaitRefused("greeting_limit", 7);
        assertEquals(3, greeting());
        assertFalse(peers.getLast().hearsEndWithin(Duration.ofMillis(1)));
        aGoodPeerGetsIn();
    }

    /// As behind one NAT.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGoodPeerGetsInBesideAFloodFromItsOwnAddressThatIsRefilledForEver(boolean withHello) throws Exception {
        // Given
        start(PROVIDER, "tls", limits(LONGER_THAN_ANY_TEST, MANY, MANY));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger opened = new AtomicInteger();
        byte[] hello = withHello ? SilentPeer.hello(CLAIM_99_KIB, 1_000, 1_005) : new byte[0];
        List<Thread> flood = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flood.add(Thread.ofVirtual().start(() -> refill(over, opened, hello)));
        }
        Await.until("a flood", () -> opened.get() > 10 * MANY);

        // When
        aGoodPeerGetsIn();

        // Then
        over.set(true);
        for (Thread thread : flood) {
            thread.join();
        }
    }

    private void refill(AtomicBoolean over, AtomicInteger opened, byte[] hello) {
        Deque<SilentPeer> open = new ArrayDeque<>();
        try {
            while (!over.get()) {
                SilentPeer peer = new SilentPeer("127.0.0.1", url);
                open.add(peer);
                peer.send(hello);
                opened.incrementAndGet();
                if (open.size() > 5 * MANY) {
                    open.remove().close();
                }
                LockSupport.parkNanos(PACE_NANOS);
            }
            for (SilentPeer peer : open) {
                peer.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whenAllPlacesAreTakenWhoHasWaitedLongestGivesWay() throws Exception {
        // Given
        start(PROVIDER, "tls", limits(LONGER_THAN_ANY_TEST, 3, MANY));

        // When
        for (int i = 0; i < 10; i++) {
            peerFrom("127.0.0." + (i + 2));
        }

        // Then
        awaitRefused("greeting_limit", 7);
        assertEquals(3, greeting());
        assertTrue(peers.getFirst().hearsEnd());
        assertFalse(peers.getLast().hearsEndWithin(Duration.ofMillis(1)));
        aGoodPeerGetsIn();
    }

    @Test
    void aFloodOfHalfHandshakesGivesItsMemoryBack() throws Exception {
        // Given
        start(PROVIDER, "tls", limits(LONGER_THAN_ANY_TEST, MANY, MANY));
        aGoodPeerGetsIn();
        long before = pinned();

        // When
        for (int i = 0; i < MANY; i++) {
            peerFrom("127.0.0.2").send(SilentPeer.hello(CLAIM_99_KIB, 16_384, 60_000));
        }
        Await.until("all have come in", () -> greeting() == MANY);
        aGoodPeerGetsIn();
        for (SilentPeer peer : peers) {
            peer.close();
        }

        // Then
        Await.until("no connection stays half-open", () -> greeting() == 0);
        Await.until("memory is free again", () -> pinned() <= before);
    }

    private SilentPeer peerFrom(String address) throws Exception {
        SilentPeer peer = new SilentPeer(address, url);
        peers.add(peer);
        return peer;
    }

    private void aGoodPeerGetsIn() throws Exception {
        try (TestNode edge = new TestNode(TestMesh.own(edgeIdentity, false, Set.of(), PROVIDER))) {
            edge.links.dial(url);
            edge.events.awaitUp();
        }
    }

    private double greeting() {
        return relay.meters.find("hikyaku.links.greeting").gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .sum();
    }

    private void awaitRefused(String reason, int count) {
        Await.until("a refusal for " + reason, () -> relay.refused(reason) == count);
    }

    /// Bytes that buffers in use take, the caches of threads left aside.
    private static long pinned() {
        PooledByteBufAllocator allocator = (PooledByteBufAllocator) EventLoops.ALLOCATOR;
        return allocator.pinnedDirectMemory() + allocator.pinnedHeapMemory();
    }

    private static LinkLimits limits(Duration handshake, int maxGreeting, int maxGreetingPerSource) {
        LinkLimits quick = TestNode.QUICK;
        return new LinkLimits(
                quick.connectTimeout(),
                handshake,
                quick.keepaliveInterval(),
                quick.deadAfter(),
                quick.reconnectBackoffMin(),
                quick.reconnectBackoffMax(),
                10 * MANY,
                maxGreeting,
                maxGreetingPerSource);
    }
}
