package io.hikyaku.net.name;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Names with several addresses, of which some are dead in one way or another.
@Timeout(180)
class ConnectorIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PATIENT = Duration.ofSeconds(40);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Channel> made = new CopyOnWriteArrayList<>();
    private volatile List<String> addresses = List.of();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private ServerSocket listen(String address, int port) throws Exception {
        ServerSocket server = new ServerSocket(port, 1, InetAddress.getByName(address));
        open.add(server);
        return server;
    }

    /// Takes no connection, since its queue is full: as silent as a host that is switched off.
    private void silence(ServerSocket server) throws Exception {
        for (int i = 0; i < 4; i++) {
            Socket filler = new Socket();
            open.add(filler);
            try {
                filler.connect(server.getLocalSocketAddress(), 200);
            } catch (java.net.SocketTimeoutException full) {
                return;
            }
        }
    }

    private Connector connector(int port, Duration timeout) {
        return connector(port, timeout, NioSocketChannel::new);
    }

    private Connector connector(int port, Duration timeout, ChannelFactory<Channel> channels) {
        EventLoop loop = (EventLoop) group.next();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .resolver(new SystemNames(name -> {
                    if (addresses.isEmpty()) {
                        throw new UnknownHostException(name);
                    }
                    InetAddress[] all = new InetAddress[addresses.size()];
                    for (int i = 0; i < all.length; i++) {
                        all[i] = InetAddress.getByName(addresses.get(i));
                    }
                    return all;
                }))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        made.add(channel);
                    }
                });
        return new Connector(bootstrap, loop, "service.example", port, timeout);
    }

    private static String remote(Future<Channel> connected) throws Exception {
        assertTrue(connected.await(60, TimeUnit.SECONDS));
        InetSocketAddress address = (InetSocketAddress) connected.get().remoteAddress();
        return address.getAddress().getHostAddress();
    }

    private static Throwable failure(Future<Channel> connected) throws Exception {
        assertTrue(connected.await(60, TimeUnit.SECONDS));
        return connected.cause();
    }

    @Test
    void anAddressThatRefusesIsFollowedByTheNextAtOnce() throws Exception {
        // Given so many that their head starts would be three seconds
        int port = listen("127.0.0.20", 0).getLocalPort();
        addresses = IntStream.rangeClosed(8, 20).mapToObj(i -> "127.0.0." + i).toList();

        // When: a machine may be busy at one time, and hardly at each
        Duration least = TIMEOUT;
        for (int i = 0; i < 5 && least.compareTo(Duration.ofSeconds(1)) > 0; i++) {
            long before = System.nanoTime();
            assertEquals("127.0.0.20", remote(connector(port, TIMEOUT).connect()));
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            least = took.compareTo(least) < 0 ? took : least;
        }

        // Then
        assertTrue(least.compareTo(Duration.ofSeconds(2)) < 0, "took " + least);
    }

    @Test
    void aConnectionThatCannotEvenBeMadeFailsAtOnce() throws Exception {
        // Given
        addresses = List.of("127.0.0.2", "127.0.0.3");
        Connector connector = connector(1, Duration.ofSeconds(20), () -> {
            throw new ChannelException("Too many open files");
        });

        // When
        Throwable failure = failure(connector.connect());

        // Then
        assertEquals("Too many open files", failure.getMessage());
    }

    @Test
    void whatTurnedOutToBeUselessIsTriedLastEvenIfItIsClosed() throws Exception {
        // Given
        int port = listen("127.0.0.2", 0).getLocalPort();
        listen("127.0.0.3", port);
        addresses = List.of("127.0.0.2", "127.0.0.3");
        Connector connector = connector(port, TIMEOUT);
        Channel first = connector.connect().get(60, TimeUnit.SECONDS);
        assertTrue(first.close().await(60, TimeUnit.SECONDS));

        // When
        first.eventLoop().submit(() -> connector.onUseless(first)).get(60, TimeUnit.SECONDS);

        // Then
        assertEquals("127.0.0.3", remote(connector.connect()));
    }

    @Test
    void anAddressThatIsSilentIsFollowedByTheNextAfterItsHeadStart() throws Exception {
        // Given
        ServerSocket silent = listen("127.0.0.2", 0);
        silence(silent);
        listen("127.0.0.3", silent.getLocalPort());
        addresses = List.of("127.0.0.2", "127.0.0.3");
        Connector connector = connector(silent.getLocalPort(), PATIENT);

        // When
        long before = System.nanoTime();
        assertEquals("127.0.0.3", remote(connector.connect()));
        Duration first = Duration.ofNanos(System.nanoTime() - before);

        // Then the loser is closed, and tried last from now on
        assertTrue(first.compareTo(PATIENT.dividedBy(2)) < 0, () -> "took " + first);
        assertTrue(made.getFirst().closeFuture().await(60, TimeUnit.SECONDS));
        Future<Channel> second = connector.connect();
        assertEquals("127.0.0.3", remote(second));
        assertSame(second.get(), made.get(2), "the one that was tried first");
    }

    @Test
    void theOtherFamilyIsTriedToo() throws Exception {
        // Given
        int port = listen("::1", 0).getLocalPort();
        addresses = List.of("127.0.0.2", "127.0.0.3", "::1");

        // When, then
        assertEquals("0:0:0:0:0:0:0:1", remote(connector(port, TIMEOUT).connect()));
    }

    @Test
    void whenNoneAnswersTheTimeIsThatOfOneConnect() throws Exception {
        // Given
        ServerSocket silent = listen("127.0.0.2", 0);
        silence(silent);
        addresses = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");

        // When
        long before = System.nanoTime();
        Throwable failure =
                failure(connector(silent.getLocalPort(), Duration.ofSeconds(1)).connect());
        Duration took = Duration.ofNanos(System.nanoTime() - before);

        // Then
        assertInstanceOf(ConnectTimeoutException.class, failure);
        assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, () -> "took " + took);
    }

    @Test
    void whenAllRefuseItFailsAsTheyDo() throws Exception {
        // Given a port that nobody is given
        addresses = List.of("127.0.0.2", "127.0.0.3");

        // When, then
        assertInstanceOf(ConnectException.class, failure(connector(1, TIMEOUT).connect()));
    }

    @Test
    void aNameThatComesToBeLaterIsFoundThen() throws Exception {
        // Given
        int port = listen("127.0.0.3", 0).getLocalPort();
        Connector connector = connector(port, TIMEOUT);
        assertInstanceOf(UnknownHostException.class, failure(connector.connect()));

        // When
        addresses = List.of("127.0.0.3");

        // Then
        assertEquals("127.0.0.3", remote(connector.connect()));
    }

    @Test
    void whatIsCancelledIsClosed() throws Exception {
        // Given
        ServerSocket silent = listen("127.0.0.2", 0);
        silence(silent);
        addresses = List.of("127.0.0.2");
        Future<Channel> connecting = connector(silent.getLocalPort(), TIMEOUT).connect();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (made.isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }

        // When
        connecting.cancel(false);

        // Then
        assertTrue(made.getFirst().closeFuture().await(60, TimeUnit.SECONDS));
    }
}
