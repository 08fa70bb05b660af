package io.hikyaku.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AcceptLimiterIT {
    private static final int NO_NUMBER = Integer.MAX_VALUE;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private EventLoops loops;
    private Channel listening;

    @BeforeEach
    void start() {
        loops = EventLoops.start(1);
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    private void listen(AcceptLimiter acceptLimiter) throws Exception {
        listening = loops.listener()
                .handler(acceptLimiter)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(new Echo());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            context.writeAndFlush(bytes);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(60_000);
        socket.connect(listening.localAddress());
        return socket;
    }

    private static int echoed(Socket socket) throws IOException {
        socket.getOutputStream().write(7);
        return socket.getInputStream().read();
    }

    private double count(String meter, String... tags) {
        return meters.get(meter).tags(tags).functionCounter().count();
    }

    private void assumeNumbers() {
        Assumptions.assumeTrue(listening instanceof io.netty.channel.unix.UnixChannel, "sockets have no numbers");
    }

    @Test
    void aSocketWithAReservedNumberIsResetAndOthersAreServed() throws Exception {
        // Given
        listen(new AcceptLimiter(NO_NUMBER, NO_NUMBER));
        assumeNumbers();
        try (Socket served = connect()) {
            assertEquals(7, echoed(served));
        }
        listening.close().sync();
        AcceptLimiter strict = new AcceptLimiter(0, NO_NUMBER);
        strict.register(meters);
        listen(strict);

        // When, then: it may be reset before the connect returns
        assertThrows(SocketException.class, () -> {
            try (Socket newcomer = connect()) {
                newcomer.getInputStream().read();
            }
        });
        assertEquals(1, count("hikyaku.connections.shed", "direction", "in"));
    }

    @Test
    void targetsAreDialledLongerThanNewcomersAreLetIn() throws Exception {
        // Given
        AcceptLimiter strict = new AcceptLimiter(0, 0);
        strict.register(meters);
        listen(strict);
        assumeNumbers();

        // When
        boolean dialled = new AcceptLimiter(0, NO_NUMBER).hasRoomForOurOwn(listening);
        boolean beyond = strict.hasRoomForOurOwn(listening);

        // Then
        assertEquals(true, dialled);
        assertFalse(beyond);
        assertEquals(1, count("hikyaku.connections.shed", "direction", "out"));
    }

    @Test
    void afterAFailureToAcceptTheListenerRestsAndGoesOn() throws Exception {
        // Given
        AcceptLimiter patient = new AcceptLimiter(NO_NUMBER, NO_NUMBER);
        patient.register(meters);
        listen(patient);

        // When
        boolean accepting = listening
                .eventLoop()
                .submit(() -> {
                    listening.pipeline().fireExceptionCaught(new IOException("accept: Too many open files"));
                    return listening.config().isAutoRead();
                })
                .get(60, TimeUnit.SECONDS);

        // Then
        assertFalse(accepting);
        try (Socket later = connect()) {
            assertEquals(7, echoed(later));
        }
        assertEquals(1, count("hikyaku.accept.failures"));
    }
}
