package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.identity.tls.LinkTls.Protocol;
import io.hikyaku.identity.tls.OwnKeyManager;
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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every handshake of a link proves certificates: a client that would resume its last session cannot.
class LinkResumptionIT {

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
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void neverResumesASession(SslProvider provider) throws Exception {
        // Given: a client that would resume if it could, which its counting of certificate checks shows
        LinkTls server = new LinkTls(relay, Member::isRelay, provider);
        AtomicInteger checks = new AtomicInteger();
        SSLContext client = countingClient(checks);

        // When
        handshakeTwice(client, allocator -> server.server(allocator, Protocol.WEBSOCKET));

        // Then
        assertEquals(2, checks.get());
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void theClientOfThatTestWouldResume(SslProvider provider) throws Exception {
        // Given
        SslContext generous = SslContextBuilder.forServer(relay.key(), relay.chain())
                .sslProvider(provider)
                .protocols("TLSv1.3")
                .build();
        AtomicInteger checks = new AtomicInteger();
        SSLContext client = countingClient(checks);

        // When
        handshakeTwice(client, generous::newHandler);

        // Then
        assertEquals(1, checks.get());
    }

    private static void handshakeTwice(SSLContext client, Function<ByteBufAllocator, SslHandler> server)
            throws Exception {
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Greeter(server))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        try {
            for (int i = 0; i < 2; i++) {
                try (SSLSocket socket =
                        (SSLSocket) client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
                    // A ticket, if there is one, precedes the greeting.
                    assertEquals('x', socket.getInputStream().read());
                }
            }
        } finally {
            listener.close().sync();
        }
    }

    private static SSLContext countingClient(AtomicInteger checks) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {new OwnKeyManager(osaka)}, new TrustManager[] {new Counting(checks)}, null);
        return context;
    }

    /// A server that says one byte once the handshake is done.
    private static final class Greeter extends ChannelInitializer<Channel> {
        private final Function<ByteBufAllocator, SslHandler> tls;

        Greeter(Function<ByteBufAllocator, SslHandler> tls) {
            this.tls = tls;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(tls.apply(channel.alloc()), new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                        context.writeAndFlush(context.alloc().buffer(1).writeByte('x'));
                    }
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    context.close();
                }
            });
        }
    }

    private static final class Counting implements X509TrustManager {
        private final AtomicInteger checks;

        Counting(AtomicInteger checks) {
            this.checks = checks;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new AssertionError("this is a client");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            checks.incrementAndGet();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
