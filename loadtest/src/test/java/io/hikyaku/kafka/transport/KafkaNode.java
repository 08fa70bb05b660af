package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.link.PacketSink;
import io.hikyaku.link.PacketSinkEvents;
import io.hikyaku.loop.Await;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A node with nothing but Kafka: it remembers what arrives.
public final class KafkaNode implements PacketSinkEvents, AutoCloseable {
    private static final int SHARDS = 2;

    /// A packet that has arrived.
    ///
    /// @param shard the event loop it came on
    public record Arrival(Packet header, String body, int shard) {}

    public final NodeId id;
    public final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    final CompletableFuture<Inbox> inbox = new CompletableFuture<>();
    public final KafkaTransport transport;
    private final EventLoops loops = EventLoops.start(SHARDS);

    private KafkaNode(KafkaTransport.Settings settings) {
        id = settings.node();
        transport = new KafkaTransport(settings, loops, this::onPacket, this);
        transport.readInbox(partitions -> partitions - 1, inbox::complete, () -> {});
    }

    public static KafkaNode start(KafkaMesh mesh, String cluster) {
        return start(mesh, cluster, Map.of());
    }

    public static KafkaNode start(KafkaMesh mesh, String cluster, Map<String, String> credentials) {
        return new KafkaNode(mesh.settings(cluster, KafkaMesh.newNode(), credentials));
    }

    /// Waits until nothing that is sent to it is missed.
    public Inbox awaitInbox() throws Exception {
        return inbox.get(60, TimeUnit.SECONDS);
    }

    public static ByteBuf packet(NodeId from, NodeId to, long channel, long sequence, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ByteBuf packet = Unpooled.buffer();
        new Packet(PacketKind.DATA, 32, true, bytes.length, to, from, channel, 0, sequence).write(packet);
        return packet.writeBytes(bytes);
    }

    public void send(PacketSink sink, NodeId to, String body) {
        sink.send(packet(id, to, 1, 0, body));
    }

    public Arrival await() throws InterruptedException {
        Arrival arrival = arrivals.poll(60, TimeUnit.SECONDS);
        if (arrival == null) {
            throw new AssertionError("nothing arrived; " + transport.status());
        }
        return arrival;
    }

    public void awaitFailure(String part) throws Exception {
        Await.until(
                "a failure that says '" + part + "'",
                () -> transport
                        .status()
                        .failure()
                        .filter(said -> said.contains(part))
                        .isPresent());
    }

    private void onPacket(ByteBuf packet) {
        Packet header = Packet.read(packet);
        byte[] body = ByteBufUtil.getBytes(packet.skipBytes(Packet.HEADER_BYTES));
        packet.release();
        arrivals.add(new Arrival(header, new String(body, StandardCharsets.UTF_8), loops.currentShard()));
    }

    @Override
    public void onDrained(PacketSink sink) {
        requireLoop(sink);
    }

    @Override
    public void onDown(PacketSink sink, String reason) {
        requireLoop(sink);
    }

    private void requireLoop(PacketSink sink) {
        if (loops.currentShard() != 0) {
            throw new IllegalStateException(sink + " spoke on loop " + loops.currentShard());
        }
    }

    @Override
    public void close() {
        transport.close();
        loops.close();
    }
}
