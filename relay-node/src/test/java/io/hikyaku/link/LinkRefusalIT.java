package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.loop.Await;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Ping;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who is not let in, and what closes a link that is up.
@ExtendWith(NoLeaks.class)
class LinkRefusalIT {
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    /// Time for TLS before the greeting, on any machine.
    private static final Duration SHORT = Duration.ofSeconds(4);

    private static final LinkLimits SHORT_GREETING = limits(SHORT, 100);
    private static final LinkLimits TWO_LINKS = limits(TestNode.QUICK.handshakeTimeout(), 2);

    @TempDir
    static Path directory;

    private static TestMesh mesh;
    private static Identity relayIdentity;
    private static Identity edgeIdentity;

    private TestNode relay;
    private LinkUrl url;

    @BeforeAll
    static void makeMesh() throws Exception {
        mesh = new TestMesh("demo", directory);
        relayIdentity = mesh.relay("relay-1");
        edgeIdentity = mesh.cluster("edge");
    }

    @BeforeEach
    void startRelay() throws Exception {
        relay = new TestNode(TestMesh.own(relayIdentity, true, Set.of(), PROVIDER));
        url = relay.listen("tls");
    }

    @AfterEach
    void stopRelay() {
        relay.close();
        assertTrue(relay.events.packets.isEmpty());
    }

    // ---- TLS

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aMemberOfAnotherMeshIsRefused(SslProvider provider) throws Exception {
        new TestMesh("other", directory.resolve(provider.name())).relay("relay-1");
        Path foreign = directory.resolve(provider.name()).resolve("other-relay-relay-1");
        refusesTls(List.of(client(provider, "TLSv1.3", "hikyaku/1", foreign)));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void nobodyWithoutACertificateIsLetIn(SslProvider provider) throws Exception {
        refusesTls(List.of(client(provider, "TLSv1.3", "hikyaku/1", null)));
    }

    @Test
    void olderTlsIsRefused() throws Exception {
        refusesTls(List.of(client(SslProvider.JDK, "TLSv1.2", "hikyaku/1", own(Member.cluster("demo", "edge")))));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void anotherApplicationProtocolIsRefused(SslProvider provider) throws Exception {
        refusesTls(List.of(client(provider, "TLSv1.3", "h2", own(Member.cluster("demo", "edge")))));
    }

    @Test
    void plaintextIsRefused() throws Exception {
        try (ScriptedNeighbour peer = new ScriptedNeighbour(url, List.of())) {
            // When
            peer.send(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nhost: x\r\n\r\n", StandardCharsets.US_ASCII));

            // Then
            peer.awaitClosed();
            awaitRefused(relay, "tls");
        }
    }

    @Test
    void aClusterThatIsNotTransitIsNotDialled() throws Exception {
        // Given
        try (TestNode hub = new TestNode(TestMesh.own(mesh.cluster("hub"), true, Set.of(), PROVIDER));
                TestNode edge = new TestNode(TestMesh.own(edgeIdentity, false, Set.of(), PROVIDER));
                TestNode trusting = new TestNode(TestMesh.own(edgeIdentity, false, Set.of("hub"), PROVIDER))) {
            LinkUrl hubUrl = hub.listen("tls");

            // When
            edge.links.dial(hubUrl);
            trusting.links.dial(hubUrl);

            // Then
            assertTrue(trusting.events.awaitUp().neighbour().mayForward());
            awaitRefused(edge, "tls");
            assertTrue(edge.events.ups.isEmpty());
        }
    }

    // ---- greeting

    @Test
    void aProofByAnotherKeyIsRefused() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.send(ScriptedNeighbour.hello(own));
            Hello theirs = peer.await(Hello.class);

            // When
            peer.send(ScriptedNeighbour.proof(own, InstanceKey.generate(), theirs, theirs.nonce()));

            // Then
            assertRefused(peer, Goodbye.Code.IDENTITY);
        }
    }

    @Test
    void aProofOfAnEarlierConnectionIsRefused() throws Exception {
        LinkIdentity own = edge();
        byte[] earlierNonce;
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            peer.send(ScriptedNeighbour.hello(own));
            earlierNonce = peer.await(Hello.class).nonce();
        }
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.send(ScriptedNeighbour.hello(own));
            Hello theirs = peer.await(Hello.class);

            // When
            peer.send(ScriptedNeighbour.proof(own, own.key(), theirs, earlierNonce));

            // Then
            assertRefused(peer, Goodbye.Code.IDENTITY);
        }
    }

    @Test
    void theStatementOfAnotherMemberIsRefused() throws Exception {
        LinkIdentity other = TestMesh.own(mesh.cluster("osaka"), false, Set.of(), PROVIDER);
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, edge())) {
            // When
            peer.send(ScriptedNeighbour.hello(other));

            // Then
            assertRefused(peer, Goodbye.Code.IDENTITY);
        }
    }

    @Test
    void aVersionFromTheFutureIsRefused() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // When
            peer.send(new Hello(2, 3, false, 0, 1, own.statement(), ScriptedNeighbour.NONCE));

            // Then
            assertRefused(peer, Goodbye.Code.VERSION);
        }
    }

    @Test
    void aNeighbourThatSpeaksOurVersionAmongOthersIsWelcome() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // When
            peer.send(new Hello(1, 9, false, 0, 1, own.statement(), ScriptedNeighbour.NONCE));
            Hello theirs = peer.await(Hello.class);
            peer.send(ScriptedNeighbour.proof(own, own.key(), theirs, theirs.nonce()));

            // Then
            assertEquals(own.node(), relay.events.awaitUp().neighbour().node());
        }
    }

    @Test
    void aNodeGetsNoLinkToItself() throws Exception {
        // When
        relay.links.dial(url);

        // Then
        awaitRefused(relay, "identity");
        assertTrue(relay.events.ups.isEmpty());
    }

    @Test
    void anythingBeforeTheGreetingIsMalformed() throws Exception {
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, edge())) {
            // When
            peer.send(new Ping(1));

            // Then
            assertRefused(peer, Goodbye.Code.MALFORMED);
        }
    }

    @Test
    void aGreetingHasAnEndInTime() throws Exception {
        // Given
        try (TestNode hasty = new TestNode(
                TestMesh.own(relayIdentity, true, Set.of(), PROVIDER), new RecordedEvents(), SHORT_GREETING, 1)) {
            LinkUrl hastyUrl = hasty.listen("tls");

            // When
            try (ScriptedNeighbour silent = ScriptedNeighbour.dial(hastyUrl, edge());
                    ScriptedNeighbour withoutTls = new ScriptedNeighbour(hastyUrl, List.of())) {
                // Then
                silent.await(Hello.class);
                assertEquals(Goodbye.Code.OTHER, silent.await(Goodbye.class).code());
                silent.awaitClosed();
                withoutTls.awaitClosed();
            }
        }
    }

    @Test
    void moreLinksThanAllowedAreClosedAtOnce() throws Exception {
        // Given
        try (TestNode small = new TestNode(
                TestMesh.own(relayIdentity, true, Set.of(), PROVIDER), new RecordedEvents(), TWO_LINKS, 1)) {
            LinkUrl smallUrl = small.listen("tls");
            LinkIdentity own = edge();
            try (ScriptedNeighbour first = ScriptedNeighbour.dial(smallUrl, own);
                    ScriptedNeighbour second = ScriptedNeighbour.dial(smallUrl, own)) {
                first.greet(own);
                second.greet(own);

                // When
                try (ScriptedNeighbour third = ScriptedNeighbour.dial(smallUrl, own)) {
                    // Then
                    third.awaitClosed();
                    awaitRefused(small, "limit");
                }
            }
        }
    }

    // ---- a link that is up

    @Test
    void aForeignSourceClosesTheLinkOfALeaf() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.greet(own);

            // When
            peer.send(Packets.data(Packets.SOMEBODY, 1, 10));

            // Then
            assertRefused(peer, Goodbye.Code.FOREIGN_SOURCE);
            relay.events.awaitDown();
            assertEquals(1, relay.refused("foreign_source"));
        }
    }

    @Test
    void aLeafAnnouncesNoRoutes() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.greet(own);

            // When
            peer.send(Packets.of(PacketKind.ROUTING, own.node(), 1, 10));

            // Then
            assertRefused(peer, Goodbye.Code.FOREIGN_SOURCE);
        }
    }

    @Test
    void whatARelayForwardsMayHaveAnySource() throws Exception {
        LinkIdentity own = TestMesh.own(mesh.relay("relay-2"), true, Set.of(), PROVIDER);
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.greet(own);

            // When
            peer.send(Packets.data(Packets.SOMEBODY, 1, 10));

            // Then
            relay.events.awaitPacket().release();
        }
    }

    @Test
    void aClusterThatSaysItForwardsIsNotBelieved() throws Exception {
        LinkIdentity own = TestMesh.own(edgeIdentity, true, Set.of(), PROVIDER);
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // When
            peer.greet(own);

            // Then
            assertEquals(false, relay.events.awaitUp().neighbour().mayForward());
        }
    }

    @Test
    void anOversizedPacketClosesTheLinkBeforeItArrives() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.greet(own);
            ByteBuf header = Packets.data(own.node(), 1, 0);
            header.setInt(Packets.LENGTH_AT, 64 * 1024 + 1);

            // When
            peer.send(header);

            // Then
            assertRefused(peer, Goodbye.Code.MALFORMED);
            assertEquals(
                    1,
                    relay.meters
                            .get("hikyaku.link.malformed")
                            .tag("reason", "too_large")
                            .counter()
                            .count());
        }
    }

    @Test
    void aSilentNeighbourIsTakenForDead() throws Exception {
        LinkIdentity own = edge();
        try (TestNode hasty = new TestNode(TestMesh.own(relayIdentity, true, Set.of(), PROVIDER), TestNode.SOON_DEAD);
                ScriptedNeighbour peer = ScriptedNeighbour.dial(hasty.listen("tls"), own)) {
            // When
            peer.greet(own);

            // Then
            assertTrue(hasty.events.awaitDown().reason().startsWith("nothing was heard for "));
            assertEquals(1, hasty.refused("silent"));
        }
    }

    @Test
    void aGoodbyeIsToldWithItsReason() throws Exception {
        LinkIdentity own = edge();
        try (ScriptedNeighbour peer = ScriptedNeighbour.dial(url, own)) {
            // Given
            peer.greet(own);
            relay.events.awaitUp();

            // When
            peer.send(new Goodbye(Goodbye.Code.LEAVING, "for\nlunch"));

            // Then
            assertEquals(
                    "the neighbour said goodbye: LEAVING for?lunch",
                    relay.events.awaitDown().reason());
        }
    }

    private void refusesTls(List<ChannelHandler> tls) throws Exception {
        try (ScriptedNeighbour peer = new ScriptedNeighbour(url, tls)) {
            // When
            peer.send(ByteBufAllocator.DEFAULT.buffer().writeZero(1));

            // Then
            peer.awaitClosed();
            awaitRefused(relay, "tls");
            assertTrue(relay.events.ups.isEmpty());
        }
    }

    private static void assertRefused(ScriptedNeighbour peer, Goodbye.Code code) throws InterruptedException {
        assertEquals(code, peer.await(Goodbye.class).code());
    }

    private static void awaitRefused(TestNode node, String reason) {
        Await.until("a refusal for " + reason, () -> node.refused(reason) > 0);
    }

    private static LinkLimits limits(Duration handshake, int maxAccepted) {
        LinkLimits quick = TestNode.QUICK;
        return new LinkLimits(
                quick.connectTimeout(),
                handshake,
                quick.keepaliveInterval(),
                quick.deadAfter(),
                quick.reconnectBackoffMin(),
                quick.reconnectBackoffMax(),
                maxAccepted,
                quick.maxGreeting(),
                quick.maxGreetingPerSource());
    }

    private static LinkIdentity edge() {
        return TestMesh.own(edgeIdentity, false, Set.of(), PROVIDER);
    }

    private static Path own(Member member) {
        return mesh.directoryOf(member);
    }

    /// A client that trusts everybody.
    private static ChannelHandler client(SslProvider provider, String version, String protocol, @Nullable Path identity)
            throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(provider)
                .protocols(version)
                .endpointIdentificationAlgorithm(null)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocol));
        if (identity != null) {
            builder.keyManager(
                    identity.resolve("tls.crt").toFile(),
                    identity.resolve("tls.key").toFile());
        }
        return builder.build().newHandler(ByteBufAllocator.DEFAULT);
    }
}
