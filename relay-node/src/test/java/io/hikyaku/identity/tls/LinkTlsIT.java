package io.hikyaku.identity.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Rejected.Reason;
import io.hikyaku.identity.TestCertificates;
import io.hikyaku.identity.tls.LinkTls.Protocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Handshakes over loopback sockets, with the JDK's TLS and with BoringSSL at either end.
class LinkTlsIT {

    private static final InstantSource CLOCK = InstantSource.system();
    private static final long SECONDS = 60;

    @TempDir
    private static Path directory;

    private static EventLoopGroup loops;
    private static Identity relay;
    private static Identity osaka;

    @BeforeAll
    static void start() throws Exception {
        loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        relay = TestCertificates.identity(directory, Member.relay("demo", "relay-1"), CLOCK);
        osaka = TestCertificates.identity(directory, Member.cluster("demo", "osaka"), CLOCK);
    }

    @AfterAll
    static void stop() {
        loops.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest
    @CsvSource({"JDK, JDK", "JDK, OPENSSL", "OPENSSL, JDK", "OPENSSL, OPENSSL"})
    void bothEndsLearnWhoTheOtherIs(SslProvider clientSide, SslProvider serverSide) throws Exception {
        for (Protocol protocol : Protocol.values()) {
            // Given
            LinkTls server = new LinkTls(relay, Member::isRelay, serverSide);
            LinkTls client = new LinkTls(osaka, Member::isRelay, clientSide);

            // When
            Outcome outcome = connect(
                    allocator -> client.client(allocator, protocol, "relay.example"),
                    allocator -> server.server(allocator, protocol),
                    protocol);

            // Then
            assertEquals(relay.member(), outcome.seenByClient());
            assertEquals(osaka.member(), outcome.seenByServer());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesAClientOfTls12(SslProvider provider) throws Exception {
        // Given
        SslContext old = stranger()
                .keyManager(osaka.key(), osaka.chain())
                .protocols("TLSv1.2")
                .build();

        // When
        Outcome outcome = dial(old, new LinkTls(relay, Member::isRelay, provider), Protocol.PACKETS);

        // Then
        outcome.assertRefusedByServer();
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesAServerOfTls12(SslProvider provider) throws Exception {
        // Given
        LinkTls client = new LinkTls(osaka, Member::isRelay, provider);
        SslContext old = SslContextBuilder.forServer(relay.key(), relay.chain())
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.2")
                .build();

        // When
        Outcome outcome = connect(
                allocator -> client.client(allocator, Protocol.PACKETS, "relay.example"),
                old::newHandler,
                Protocol.PACKETS);

        // Then
        outcome.assertRefusedByClient();
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesAClientWithoutACertificate(SslProvider provider) throws Exception {
        // Given
        SslContext anonymous = stranger().build();

        // When
        Outcome outcome = dial(anonymous, new LinkTls(relay, Member::isRelay, provider), Protocol.PACKETS);

        // Then
        outcome.assertRefusedByServer();
    }

    @ParameterizedTest
    @CsvSource({"JDK, h2", "JDK, http/1.1", "JDK, hikyaku/2", "OPENSSL, h2", "OPENSSL, http/1.1", "OPENSSL, hikyaku/2"})
    void refusesAnotherApplicationProtocol(SslProvider provider, String offered) throws Exception {
        // Given
        SslContext other = stranger()
                .keyManager(osaka.key(), osaka.chain())
                .applicationProtocolConfig(alpn(offered))
                .build();

        // When
        Outcome outcome = dial(other, new LinkTls(relay, Member::isRelay, provider), Protocol.PACKETS);

        // Then
        outcome.assertRefusedByServer();
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesPacketsWithoutAnApplicationProtocol(SslProvider provider) throws Exception {
        // Given
        SslContext silent = stranger().keyManager(osaka.key(), osaka.chain()).build();

        // When
        Outcome outcome = dial(silent, new LinkTls(relay, Member::isRelay, provider), Protocol.PACKETS);

        // Then
        assertEquals(Reason.WRONG_PROTOCOL, outcome.assertRefusedByServer().reason());
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void takesHttpForGrantedOnAWebSocketLink(SslProvider provider) throws Exception {
        // Given
        SslContext silent = stranger().keyManager(osaka.key(), osaka.chain()).build();

        // When
        Outcome outcome = dial(silent, new LinkTls(relay, Member::isRelay, provider), Protocol.WEBSOCKET);

        // Then
        assertEquals(osaka.member(), outcome.seenByServer());
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesAServerThatDoesNotAgreeOnPackets(SslProvider provider) throws Exception {
        // Given
        LinkTls client = new LinkTls(osaka, Member::isRelay, provider);
        SslContext silent =
                SslContextBuilder.forServer(relay.key(), relay.chain()).build();

        // When
        Outcome outcome = connect(
                allocator -> client.client(allocator, Protocol.PACKETS, "relay.example"),
                silent::newHandler,
                Protocol.PACKETS);

        // Then
        outcome.assertRefusedByClient();
    }

    @ParameterizedTest
    @CsvSource({"JDK, other", "JDK, demo", "OPENSSL, other", "OPENSSL, demo"})
    void refusesAClientUnderAnotherAuthority(SslProvider provider, String mesh) throws Exception {
        // Given: another mesh, or another authority that claims the same one
        Identity foreign = TestCertificates.identity(
                directory.resolve("foreign-client-" + provider), Member.cluster(mesh, "osaka"), CLOCK);
        SslContext client = stranger()
                .keyManager(foreign.key(), foreign.chain())
                .applicationProtocolConfig(alpn("hikyaku/1"))
                .build();

        // When
        Outcome outcome = dial(client, new LinkTls(relay, Member::isRelay, provider), Protocol.PACKETS);

        // Then
        outcome.assertRefusedByServer();
    }

    @ParameterizedTest
    @CsvSource({"JDK, other", "JDK, demo", "OPENSSL, other", "OPENSSL, demo"})
    void refusesAServerUnderAnotherAuthority(SslProvider provider, String mesh) throws Exception {
        // Given
        Identity foreign = TestCertificates.identity(
                directory.resolve("foreign-server-" + provider), Member.relay(mesh, "relay-1"), CLOCK);
        LinkTls server = new LinkTls(foreign, Member::isRelay, provider);
        LinkTls client = new LinkTls(osaka, Member::isRelay, provider);

        // When
        Outcome outcome = connect(
                allocator -> client.client(allocator, Protocol.PACKETS, "relay.example"),
                allocator -> server.server(allocator, Protocol.PACKETS),
                Protocol.PACKETS);

        // Then
        outcome.assertRefusedByClient();
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void refusesAClusterWhereARelayWasDialled(SslProvider provider) throws Exception {
        // Given
        LinkTls server = new LinkTls(osaka, Member::isRelay, provider);
        LinkTls client = new LinkTls(osaka, Member::isRelay, provider);

        // When
        Outcome outcome = connect(
                allocator -> client.client(allocator, Protocol.PACKETS, "relay.example"),
                allocator -> server.server(allocator, Protocol.PACKETS),
                Protocol.PACKETS);

        // Then
        outcome.assertRefusedByClient();
    }

    /// What each end of a connection made of it.
    private record Outcome(CompletableFuture<Member> client, CompletableFuture<Member> server) {

        Member seenByClient() throws Exception {
            return client.get(SECONDS, TimeUnit.SECONDS);
        }

        Member seenByServer() throws Exception {
            return server.get(SECONDS, TimeUnit.SECONDS);
        }

        Refusal assertRefusedByServer() {
            return refusal(server);
        }

        Refusal assertRefusedByClient() {
            return refusal(client);
        }

        private static Refusal refusal(CompletableFuture<Member> end) {
            Throwable cause = assertThrows(ExecutionException.class, () -> end.get(SECONDS, TimeUnit.SECONDS))
                    .getCause();
            assertTrue(!(cause instanceof ClosedChannelException), () -> "only closed by the other side: " + cause);
            return new Refusal(cause);
        }
    }

    private record Refusal(Throwable cause) {
        Reason reason() {
            return assertInstanceOf(Rejected.class, cause).reason();
        }
    }

    private Outcome dial(SslContext client, LinkTls server, Protocol protocol) throws Exception {
        return connect(client::newHandler, allocator -> server.server(allocator, protocol), protocol);
    }

    private static Outcome connect(
            Function<ByteBufAllocator, SslHandler> client,
            Function<ByteBufAllocator, SslHandler> server,
            Protocol protocol)
            throws Exception {
        CompletableFuture<Member> seenByServer = new CompletableFuture<>();
        CompletableFuture<Member> seenByClient = new CompletableFuture<>();
        Channel listener = listen(server, protocol, seenByServer);
        try {
            new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(new End(client, protocol, seenByClient))
                    .connect(listener.localAddress())
                    .sync();
            seenByServer.handle((member, failure) -> true).get(SECONDS, TimeUnit.SECONDS);
            seenByClient.handle((member, failure) -> true).get(SECONDS, TimeUnit.SECONDS);
        } finally {
            listener.close().sync();
        }
        return new Outcome(seenByClient, seenByServer);
    }

    private static Channel listen(
            Function<ByteBufAllocator, SslHandler> server, Protocol protocol, CompletableFuture<Member> seen)
            throws InterruptedException {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new End(server, protocol, seen))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private static SslContextBuilder stranger() {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null);
    }

    private static ApplicationProtocolConfig alpn(String protocol) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol);
    }

    /// One end of a link, as far as its handshake.
    private static final class End extends ChannelInitializer<Channel> {
        private final Function<ByteBufAllocator, SslHandler> tls;
        private final Protocol protocol;
        private final CompletableFuture<Member> seen;

        End(Function<ByteBufAllocator, SslHandler> tls, Protocol protocol, CompletableFuture<Member> seen) {
            this.tls = tls;
            this.protocol = protocol;
            this.seen = seen;
        }

        @Override
        protected void initChannel(Channel channel) {
            SslHandler handler = tls.apply(channel.alloc());
            channel.pipeline().addLast(handler, new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    if (event instanceof SslHandshakeCompletionEvent completion) {
                        complete(handler, completion);
                        if (seen.isCompletedExceptionally()) {
                            context.close();
                        }
                    }
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    context.close(); // the completion event has told it
                }
            });
        }

        private void complete(SslHandler handler, SslHandshakeCompletionEvent completion) {
            if (!completion.isSuccess()) {
                seen.completeExceptionally(completion.cause());
                return;
            }
            try {
                seen.complete(LinkTls.established(handler, protocol));
            } catch (Rejected e) {
                seen.completeExceptionally(e);
            }
        }
    }
}
