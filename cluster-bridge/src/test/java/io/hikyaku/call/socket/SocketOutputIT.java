package io.hikyaku.call.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.net.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class SocketOutputIT {
    private static final int PIECE = 16 * 1024;
    private static final int PIECES = 1024;
    private static final int RECEIVE_BUFFER = 64 * 1024;
    private static final Duration STILL = Duration.ofMillis(500);

    private final EventLoops loops = EventLoops.start(1);

    @AfterEach
    void stop() {
        loops.close();
    }

    /// Bytes that the kernel took of `PIECES`, once it has taken no more for half a second.
    private long takenOf(Channel channel) throws Exception {
        AtomicLong taken = new AtomicLong();
        channel.eventLoop()
                .submit(() -> {
                    new SocketOutput(channel);
                    for (int i = 0; i < PIECES; i++) {
                        ByteBuf piece = channel.alloc().directBuffer(PIECE).writeZero(PIECE);
                        channel.write(piece).addListener(written -> taken.addAndGet(written.isSuccess() ? PIECE : 0));
                    }
                    channel.flush();
                })
                .sync();
        long last = taken.get();
        for (long since = System.nanoTime(); System.nanoTime() - since < STILL.toNanos(); ) {
            LockSupport.parkNanos(1_000_000);
            since = taken.get() == last ? since : System.nanoTime();
            last = taken.get();
        }
        return last;
    }

    @Test
    void theKernelTakesALimitedAmountForAReaderThatDoesNotRead() throws Exception {
        Assumptions.assumeTrue(loops.vertx().isNativeTransportEnabled(), "Java's own transport has no such option");
        try (ServerSocket server = new ServerSocket()) {
            // Given
            server.setReceiveBufferSize(RECEIVE_BUFFER);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Channel channel = loops.dialler(0)
                    .handler(new Ignorant())
                    .connect(server.getLocalSocketAddress())
                    .sync()
                    .channel();
            try (Socket silent = server.accept()) {
                // When
                long taken = takenOf(channel);

                // Then
                assertTrue(taken > 0);
                assertTrue(taken <= 1_200_000, "taken: " + taken);
            } finally {
                channel.close().await(60, TimeUnit.SECONDS);
            }
        }
    }

    @ChannelHandler.Sharable
    private static final class Ignorant extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
    }
}
