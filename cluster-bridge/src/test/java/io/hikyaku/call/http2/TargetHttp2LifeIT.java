package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.ACK;
import static io.hikyaku.call.Http2Talk.GOAWAY;
import static io.hikyaku.call.Http2Talk.PING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Origin;
import io.hikyaku.call.http2.client.TargetHttp2Connection;
import io.hikyaku.call.http2.client.TargetHttp2Connection.Terms;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// How long a connection to a target lives.
@ExtendWith(NoLeaks.class)
@Timeout(180)
class TargetHttp2LifeIT {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofDays(1);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final class Notes implements TargetHttp2Connection.Keeper {
        private final boolean busy;

        Notes(boolean busy) {
            this.busy = busy;
        }

        @Override
        public void onReady(TargetHttp2Connection connection) {
            told.add("ready");
            if (busy) {
                connection.open();
            }
        }

        @Override
        public void onUnusable(TargetHttp2Connection connection, ResetCode why) {
            told.add("unusable: " + why);
        }

        @Override
        public void onRoom() {}

        @Override
        public void forget(TargetHttp2Connection connection) {
            told.add("forgotten");
        }

        @Override
        public String authority(String said) {
            return said;
        }

        @Override
        public void onFinished() {}
    }

    private Channel connect(Origin service, Terms terms, boolean busy) {
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect("127.0.0.1", service.port())
                .syncUninterruptibly()
                .channel();
        channel.eventLoop()
                .submit(() -> TargetHttp2Connection.on(channel, terms, new Notes(busy)))
                .syncUninterruptibly();
        return channel;
    }

    private static Terms terms(Duration settings, Duration idle, Duration ping, Duration patience) {
        return new Terms(AsciiString.of("http"), 65_536, settings, idle, ping, patience);
    }

    private String next() throws InterruptedException {
        String next = told.poll(60, TimeUnit.SECONDS);
        return next == null ? "nothing" : next;
    }

    @AfterEach
    void everythingIsReturned() {
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aTargetWhoseSettingsDoNotComeIsOfNoUse() throws Exception {
        try (Origin silent = Origin.following(heard -> heard.raw().hearGone())) {
            Channel channel = connect(silent, terms(SOON, NEVER, NEVER, NEVER), false);
            channel.closeFuture().syncUninterruptibly();

            assertEquals("forgotten", next());
            assertEquals("unusable: TARGET_CONNECT_TIMEOUT", next());
        }
    }

    @Test
    void aConnectionWithoutExchangesIsEndedWithAGoodbye() throws Exception {
        try (Origin service = Origin.following(heard -> {
            Http2Talk talk = heard.http2();
            assertEquals(0, talk.hear(GOAWAY).error());
            assertTrue(talk.hearsEnd());
        })) {
            connect(service, terms(NEVER, SOON, NEVER, NEVER), false)
                    .closeFuture()
                    .syncUninterruptibly();

            assertEquals("ready", next());
            assertEquals("forgotten", next());
            assertEquals("done", service.takeEnding());
        }
    }

    @Test
    void aTargetThatIsSilentDuringExchangesIsAskedAndThenGivenUp() throws Exception {
        try (Origin service = Origin.following(heard -> {
            Http2Talk talk = heard.http2();
            talk.hear(PING);
            assertTrue(talk.hearsEnd());
        })) {
            connect(service, terms(NEVER, SOON, SOON, SOON), true).closeFuture().syncUninterruptibly();

            assertEquals("done", service.takeEnding());
        }
    }

    @Test
    void aTargetThatAnswersIsKept() throws Exception {
        try (Origin service = Origin.following(heard -> {
            Http2Talk talk = heard.http2();
            for (int i = 0; i < 5; i++) {
                talk.frame(PING, ACK, 0, talk.hear(PING).payload());
            }
        })) {
            Channel channel = connect(service, terms(NEVER, SOON, SOON, NEVER), true);

            assertEquals("done", service.takeEnding());
            channel.closeFuture().syncUninterruptibly();
        }
    }
}
