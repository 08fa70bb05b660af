package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.InstanceKey.Purpose;
import io.hikyaku.identity.InstancePublicKey;
import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.link.session.PacketFramer;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Proof;
import io.hikyaku.wire.link.LinkFrames;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A neighbour that says what the test tells it to, and nothing by itself: over TLS as the links do, but with its own
/// words.
final class ScriptedNeighbour implements AutoCloseable {
    static final byte[] NONCE = new byte[Hello.NONCE_BYTES];

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<LinkFrame> frames = new LinkedBlockingQueue<>();
    private final Channel channel;

    /// @param tls from the first byte on; empty for none
    ScriptedNeighbour(LinkUrl url, List<ChannelHandler> tls) throws InterruptedException {
        PacketFramer framer = new PacketFramer(ByteBufAllocator.DEFAULT);
        channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        tls.forEach(handler -> socket.pipeline().addLast(handler));
                        socket.pipeline().addLast(new Ear(framer));
                    }
                })
                .connect(url.address().host(), url.address().port())
                .sync()
                .channel();
    }

    static ScriptedNeighbour dial(LinkUrl url, LinkIdentity own) throws InterruptedException {
        return new ScriptedNeighbour(
                url,
                List.of(own.tls()
                        .client(
                                ByteBufAllocator.DEFAULT,
                                LinkTls.Protocol.PACKETS,
                                url.address().host())));
    }

    /// Greets as it should be done.
    void greet(LinkIdentity own) throws InterruptedException {
        send(hello(own));
        Hello theirs = await(Hello.class);
        send(proof(own, own.key(), theirs, theirs.nonce()));
        await(Proof.class);
    }

    static Hello hello(LinkIdentity own) {
        return new Hello(1, 1, own.forwards(), 0, 1, own.statement(), NONCE);
    }

    /// @param nonce what is signed as the other side's
    static Proof proof(LinkIdentity own, InstanceKey key, Hello theirs, byte[] nonce) {
        NodeId listener = listenerOf(theirs);
        return new Proof(key.sign(Purpose.LINK, nonce, NONCE, bytes(listener), bytes(own.node())));
    }

    void send(LinkFrame frame) {
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer();
        LinkFrames.write(body, frame);
        ByteBuf packet = ByteBufAllocator.DEFAULT.buffer();
        Packet.betweenNeighbours(PacketKind.LINK, body.readableBytes(), NodeId.NONE)
                .write(packet);
        send(packet.writeBytes(body));
        body.release();
    }

    void send(ByteBuf bytes) {
        channel.writeAndFlush(bytes);
    }

    /// The next frame of the type; others are skipped.
    <T extends LinkFrame> T await(Class<T> type) throws InterruptedException {
        while (true) {
            LinkFrame frame = frames.poll(RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(frame, "no " + type.getSimpleName());
            if (type.isInstance(frame)) {
                return type.cast(frame);
            }
        }
    }

    void awaitClosed() throws InterruptedException {
        if (!channel.closeFuture().await(RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            fail("the connection was not closed");
        }
    }

    @Override
    public void close() throws InterruptedException {
        channel.close().sync();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private static NodeId listenerOf(Hello theirs) {
        String payload = theirs.statement().split("\\.")[1];
        String json = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        String key = json.replaceAll(".*\"key\":\"([^\"]+)\".*", "$1");
        return InstancePublicKey.ofRaw(Base64.getUrlDecoder().decode(key)).nodeId();
    }

    private static byte[] bytes(NodeId node) {
        return ByteBuffer.allocate(NodeId.BYTES)
                .putLong(node.high())
                .putLong(node.low())
                .array();
    }

    /// Keeps the frames between neighbours; everything else falls away.
    private final class Ear extends ChannelInboundHandlerAdapter {
        private final PacketFramer framer;

        Ear(PacketFramer framer) {
            this.framer = framer;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            framer.feed((ByteBuf) message, packet -> {
                if (Packet.kind(packet) == PacketKind.LINK) {
                    frames.add(LinkFrames.read(packet.skipBytes(Packet.HEADER_BYTES)));
                }
                packet.release();
                return true;
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            framer.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
            ctx.close();
        }
    }
}
