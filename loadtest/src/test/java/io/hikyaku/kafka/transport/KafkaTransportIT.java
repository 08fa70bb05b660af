package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.link.PacketSink;
import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(BrokerKind.class)
@Timeout(240)
class KafkaTransportIT {
    @Parameter
    BrokerKind kind;

    private KafkaMesh mesh;

    @BeforeEach
    void startBroker() throws IOException {
        mesh = KafkaMesh.on(kind.shared());
    }

    @Test
    void carriesAPacketThereAndAnotherBack() throws Exception {
        // Given
        mesh.prepare(2, "osaka", "tokyo");
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka");
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            PacketSink toTokyo =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());
            PacketSink toOsaka =
                    tokyo.transport.sinkFor("osaka", osaka.awaitInbox().partition());

            // When
            osaka.send(toTokyo, tokyo.id, "there");
            KafkaNode.Arrival there = tokyo.await();
            tokyo.send(toOsaka, there.header().source(), "and back");
            KafkaNode.Arrival back = osaka.await();

            // Then
            assertEquals("there", there.body());
            assertEquals(osaka.id, there.header().source());
            assertEquals("and back", back.body());
            Await.until("all is acknowledged", () -> toTokyo.queuedBytes() == 0);
            assertTrue(toTokyo.roundTripMicros() > 0);
            Await.until("up", () -> osaka.transport.status().up());
        }
    }

    @Test
    void keepsTheOrderOfAChannelAndItsEventLoop() throws Exception {
        // Given
        int count = 3000;
        mesh.prepare(1, "osaka", "tokyo");
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka");
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            PacketSink link =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());

            // When
            for (int i = 0; i < count; i++) {
                link.send(KafkaNode.packet(osaka.id, tokyo.id, i % 7, i, "x".repeat(100)));
            }

            // Then
            Map<Long, Long> last = new HashMap<>();
            for (int i = 0; i < count; i++) {
                KafkaNode.Arrival arrival = tokyo.await();
                long channel = arrival.header().channel();
                Long before = last.put(channel, arrival.header().sequence());
                assertTrue(before == null || before == arrival.header().sequence() - 7, "channel " + channel);
                assertEquals(channel % 2, arrival.shard());
            }
        }
    }

    @Test
    void losesNothingWhereTheClientHasNoRoomForABatchOfEachPartition() throws Exception {
        // Given a buffer of four batches
        int partitions = 8;
        int count = 300;
        mesh.prepare(partitions, "osaka", "tokyo");
        Map<String, String> small = Map.of("buffer.memory", "262144", "batch.size", "65536");
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka", small);
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            tokyo.awaitInbox();
            List<PacketSink> links = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                links.add(osaka.transport.sinkFor("tokyo", partition));
            }

            // When
            for (int i = 0; i < count; i++) {
                for (PacketSink link : links) {
                    link.send(KafkaNode.packet(osaka.id, tokyo.id, 1, i, "x".repeat(1_000)));
                }
            }

            // Then
            for (int i = 0; i < count; i++) {
                assertEquals(i, tokyo.await().header().sequence());
            }
            Await.until("all is acknowledged", () -> osaka.transport.status().queuedBytes() == 0);
            Await.until("nothing waits", () -> links.stream().allMatch(link -> link.queuedBytes() == 0));
            assertEquals(0, osaka.transport.status().lost());
        }
    }

    @Test
    void dropsWhatIsForAnotherNodeOfTheSamePartition() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka");
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            PacketSink link =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());

            // When
            osaka.send(link, KafkaMesh.newNode(), "for nobody");
            osaka.send(link, tokyo.id, "for tokyo");

            // Then
            assertEquals("for tokyo", tokyo.await().body());
            assertEquals(1, tokyo.transport.status().foreign());
        }
    }

    @Test
    void skipsRecordsThatAreNoPacketsOfChannels() throws Exception {
        // Given
        mesh.prepare(1, "tokyo");
        try (KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            tokyo.awaitInbox();
            List<byte[]> wrong = wrongRecords(tokyo.id);

            // When
            wrong.forEach(this::writeToTokyo);
            writeToTokyo(bytes(KafkaNode.packet(KafkaMesh.newNode(), tokyo.id, 1, 0, "genuine")));

            // Then
            assertEquals("genuine", tokyo.await().body());
            assertEquals(wrong.size(), tokyo.transport.status().malformed());
        }
    }

    private static List<byte[]> wrongRecords(NodeId to) {
        NodeId from = KafkaMesh.newNode();
        byte[] whole = bytes(KafkaNode.packet(from, to, 1, 0, "body"));
        List<byte[]> wrong = new ArrayList<>();
        wrong.add(null);
        wrong.add(new byte[0]);
        wrong.add("no packet at all, but long enough to hold the header of a real packet"
                .getBytes(StandardCharsets.UTF_8));
        wrong.add(Arrays.copyOf(whole, whole.length - 1));
        wrong.add(Arrays.copyOf(whole, whole.length + 1));
        for (PacketKind kind :
                List.of(PacketKind.LINK, PacketKind.ROUTING, PacketKind.REGISTRY, PacketKind.PUSH_BACK)) {
            ByteBuf packet = Unpooled.buffer();
            new Packet(kind, 1, false, 0, to, from, 1, 0, 0).write(packet);
            wrong.add(bytes(packet));
        }
        return wrong;
    }

    @Test
    void asksForAMissingTopicByNameAndReadsItOnceItIsThere() throws Exception {
        // Given
        try (KafkaNode tokyo = KafkaNode.start(mesh, "tokyo");
                KafkaNode osaka = KafkaNode.start(mesh, "osaka")) {
            tokyo.awaitFailure(
                    "kafka prepare --bootstrap-server " + mesh.broker().bootstrapServers() + " --mesh "
                            + mesh.topics().mesh() + " --cluster tokyo");
            PacketSink early = osaka.transport.sinkFor("tokyo", 1);
            osaka.send(early, tokyo.id, "too early");

            // When
            mesh.prepare(2, "tokyo", "osaka");

            // Then
            assertEquals(1, tokyo.awaitInbox().partition());
            Await.until("up", () -> tokyo.transport.status().up());
            Await.until("the link carries", () -> {
                osaka.send(early, tokyo.id, "late enough");
                return tokyo.arrivals.stream()
                        .anyMatch(arrival -> arrival.body().equals("late enough"));
            });
        }
    }

    @Test
    void goesOnWhereItWasAfterTheBrokerRestarted() throws Exception {
        // Given
        mesh.prepare(1, "osaka", "tokyo");
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka");
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            PacketSink link =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());
            osaka.send(link, tokyo.id, "before");
            assertEquals("before", tokyo.await().body());

            // When
            mesh.broker().stop();
            try {
                tokyo.awaitFailure("no broker answers");
            } finally {
                mesh.broker().start();
            }

            // Then
            Await.until("packets pass again", () -> {
                osaka.send(link, tokyo.id, "after");
                return !tokyo.arrivals.isEmpty();
            });
            Await.until(
                    "up",
                    () -> osaka.transport.status().up()
                            && tokyo.transport.status().up());
        }
    }

    @Test
    void startsWhileTheBrokerIsAway() throws Exception {
        // Given
        mesh.prepare(1, "tokyo", "osaka");
        mesh.broker().stop();
        try (KafkaNode osaka = KafkaNode.start(mesh, "osaka");
                KafkaNode tokyo = KafkaNode.start(mesh, "tokyo")) {
            try {
                tokyo.awaitFailure("no broker answers");
            } finally {
                // When
                mesh.broker().start();
            }

            // Then
            PacketSink link =
                    osaka.transport.sinkFor("tokyo", tokyo.awaitInbox().partition());
            osaka.send(link, tokyo.id, "at last");
            assertEquals("at last", tokyo.await().body());
        }
    }

    private void writeToTokyo(byte[] value) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                new HashMap<String, Object>(mesh.properties()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(mesh.topics().inbox("tokyo"), 0, null, value));
        }
    }

    private static byte[] bytes(ByteBuf packet) {
        return ByteBufUtil.getBytes(packet);
    }
}
