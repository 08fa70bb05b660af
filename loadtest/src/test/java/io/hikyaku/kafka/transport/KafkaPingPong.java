package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.kafka.KafkaSettings;
import io.hikyaku.lab.KafkaServer;
import io.hikyaku.link.PacketSink;
import io.hikyaku.link.PacketSinkEvents;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Measures an echo of 1 KiB from one node over Kafka to another and back, through [KafkaTransport] on both sides
/// and through bare clients with the same settings, in turns. Not a test: run it by its main method.
final class KafkaPingPong {
    private static final int BODY = 1024 - Packet.HEADER_BYTES;
    private static final int[] IN_FLIGHT = {1, 32, 256};
    private static final int ROUNDS = 3;
    private static final Duration ROUND = Duration.ofSeconds(3);

    private KafkaPingPong() {}

    /// One side of an echo: what sends to the other.
    interface Side {
        void send(byte[] packet);
    }

    static void main() throws Exception {
        try (KafkaServer server = KafkaServer.openForMeasuring()) {
            KafkaMesh mesh = KafkaMesh.on(server);
            mesh.prepare(1, "a", "b", "c", "d");
            try (Bare bare = new Bare(mesh);
                    Transports transports = new Transports(mesh)) {
                System.out.println("in flight  path       echoes/s   p50 us   p99 us");
                for (int round = 0; round <= ROUNDS; round++) {
                    for (int n : IN_FLIGHT) {
                        bare.echo.run(n, round > 0, "bare");
                        transports.echo.run(n, round > 0, "transport");
                    }
                }
            }
        }
    }

    /// Keeps a number of packets in flight and notes how long each takes.
    private static final class Echo {
        private final Side side;
        private final NodeId from = KafkaMesh.newNode();
        private final NodeId to;
        private long[] nanos = new long[1 << 16];
        private int count;
        private volatile long until;
        private volatile CountDownLatch ended = new CountDownLatch(0);

        Echo(NodeId to, Side side) {
            this.to = to;
            this.side = side;
        }

        void run(int inFlight, boolean counted, String path) throws InterruptedException {
            count = 0;
            CountDownLatch running = new CountDownLatch(inFlight);
            ended = running;
            until = System.nanoTime() + ROUND.toNanos();
            for (int i = 0; i < inFlight; i++) {
                side.send(packet(from, to, System.nanoTime()));
            }
            if (!running.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError(running.getCount() + " echoes are lost");
            }
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            if (counted) {
                System.out.printf(
                        "%9d  %-9s %9d %8d %8d%n",
                        inFlight,
                        path,
                        count / ROUND.toSeconds(),
                        sorted[count / 2] / 1000,
                        sorted[count - 1 - count / 100] / 1000);
            }
        }

        /// On one thread.
        void onEcho(byte[] packet) {
            long now = System.nanoTime();
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = now - ByteBuffer.wrap(packet).getLong(Packet.HEADER_BYTES);
            if (now - until < 0) {
                side.send(packet(from, to, now));
            } else {
                ended.countDown();
            }
        }
    }

    private static byte[] packet(NodeId from, NodeId to, long time) {
        byte[] bytes = new byte[Packet.HEADER_BYTES + BODY];
        ByteBuf packet = Unpooled.wrappedBuffer(bytes).writerIndex(0);
        new Packet(PacketKind.DATA, 32, true, BODY, to, from, 1, 0, 0).write(packet);
        packet.writeLong(time);
        return bytes;
    }

    /// Nothing but Kafka's clients, with a thread of its own for each consumer.
    private static final class Bare implements AutoCloseable {
        final Echo echo;
        private final List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        private final List<Thread> readers = new ArrayList<>();
        private volatile boolean closed;

        Bare(KafkaMesh mesh) {
            String there = mesh.topics().inbox("a");
            String back = mesh.topics().inbox("b");
            Side caller = side(mesh, there);
            Side responder = side(mesh, back);
            echo = new Echo(KafkaMesh.newNode(), caller);
            read(mesh, there, responder::send);
            read(mesh, back, echo::onEcho);
        }

        private Side side(KafkaMesh mesh, String topic) {
            var settings = KafkaSettings.liveProducer(mesh.properties());
            settings.put("max.block.ms", "5000");
            var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
            producers.add(producer);
            return packet -> producer.send(new ProducerRecord<>(topic, 0, null, packet));
        }

        private void read(KafkaMesh mesh, String topic, Consumer<byte[]> each) {
            TopicPartition partition = new TopicPartition(topic, 0);
            CompletableFuture<Boolean> ready = new CompletableFuture<>();
            readers.add(Thread.ofPlatform().start(() -> {
                try (var consumer = new KafkaConsumer<>(
                        KafkaSettings.consumer(mesh.properties(), "latest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
                    consumer.assign(List.of(partition));
                    consumer.seekToEnd(List.of(partition));
                    ready.complete(consumer.position(partition) >= 0);
                    while (!closed) {
                        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                            each.accept(record.value());
                        }
                    }
                }
            }));
            ready.join();
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            for (Thread reader : readers) {
                reader.join();
            }
            producers.forEach(KafkaProducer::close);
        }
    }

    /// The same through the transport, with one event loop on each side.
    private static final class Transports implements AutoCloseable {
        final Echo echo;
        private final List<EventLoops> loops = new ArrayList<>();
        private final List<KafkaTransport> open = new ArrayList<>();

        Transports(KafkaMesh mesh) {
            NodeId responder = KafkaMesh.newNode();
            PacketSink[] sinks = new PacketSink[2];
            Side[] sides = new Side[2];
            for (int i = 0; i < 2; i++) {
                int side = i;
                sides[side] = packet -> sinks[side].send(Unpooled.wrappedBuffer(packet));
            }
            echo = new Echo(responder, sides[0]);
            KafkaTransport caller = start(mesh, "c", echo.from, echo::onEcho);
            KafkaTransport answering =
                    start(mesh, "d", responder, packet -> sides[1].send(addressed(packet, echo.from)));
            sinks[0] = caller.sinkFor("d", 0);
            sinks[1] = answering.sinkFor("c", 0);
        }

        private static byte[] addressed(byte[] packet, NodeId to) {
            ByteBuffer.wrap(packet).putLong(8, to.high()).putLong(16, to.low());
            return packet;
        }

        private KafkaTransport start(KafkaMesh mesh, String cluster, NodeId node, Consumer<byte[]> each) {
            EventLoops own = EventLoops.start(1);
            KafkaTransport transport = new KafkaTransport(
                    mesh.settings(cluster, node), own, packet -> each.accept(packet.array()), new Unheard());
            CompletableFuture<Inbox> opened = new CompletableFuture<>();
            transport.readInbox(_ -> 0, opened::complete, () -> {});
            opened.join();
            loops.add(own);
            open.add(transport);
            return transport;
        }

        @Override
        public void close() {
            open.forEach(KafkaTransport::close);
            loops.forEach(EventLoops::close);
        }
    }

    private static final class Unheard implements PacketSinkEvents {
        @Override
        public void onDrained(PacketSink sink) {}

        @Override
        public void onDown(PacketSink sink, String reason) {}
    }
}
