package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.kafka.PretendedKafka;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class InboxSinkTest {
    private static final int MANY = 1000;

    private final PretendedKafka kafka = new PretendedKafka();
    private final RecordSender sender = new RecordSender(Map.of(), kafka);
    private final List<String> told = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final InboxSink sink = new InboxSink(
            new Inbox("topic", 0),
            new SizeProbe(new NodeId(1, 2), nanos::get),
            sender,
            new InboxSink.Marks(4096, 1024),
            new Told());

    /// Remembers what the sink tells.
    private final class Told implements InboxSink.Owner {
        @Override
        public void onWaiting(InboxSink waiting) {
            told.add("waiting");
        }

        @Override
        public void onFailure(InboxSink failing, KafkaFailure failure) {
            told.add("failed: " + failure.reason());
        }

        @Override
        public void onDrained(InboxSink drained) {
            told.add("drained");
        }

        @Override
        public void onClosed(InboxSink closed, String reason) {
            told.add("closed: " + reason);
        }
    }

    @Test
    void keepsEveryPacketUntilThePartitionIsKnown() {
        // When
        for (int i = 0; i < MANY; i++) {
            sink.send(Unpooled.buffer().writeZero(1024));
        }

        // Then
        assertEquals(MANY * 1024L, sink.queuedBytes());
        assertEquals(0, sender.lost.sum());
        assertEquals("waiting", told.getLast());
    }

    @Test
    void keepsEveryPacketThatTheClientDoesNotTake() {
        // Given a client that is not there
        sink.send(Unpooled.buffer().writeZero(1024));

        // When
        sink.toKnown();

        // Then
        assertEquals(1024, sink.queuedBytes());
        assertEquals(0, sender.lost.sum());
    }

    @Test
    void tellsThatItDrained() {
        // Given a sink that was filled above its mark
        toOpen();
        for (int i = 0; i < 5; i++) {
            sink.send(Unpooled.buffer().writeZero(1024));
        }
        told.clear();
        for (int i = 0; i < 3; i++) {
            kafka.records.completeNext();
        }
        List<String> before = List.copyOf(told);

        // When
        kafka.records.completeNext();

        // Then
        assertEquals(List.of(), before);
        assertEquals(List.of("drained"), told);
        assertEquals(1024, sink.queuedBytes());
    }

    @Test
    void aTopicThatTakesOnlySmallPacketsWorksAndIsSaidToBeSlow() {
        // Given
        toProbing();

        // When
        kafka.records.errorNext(new RecordTooLargeException("17408"));
        sink.drain();
        kafka.records.completeNext();

        // Then
        assertTrue(sink.health.up());
        assertEquals(SizeProbe.SIZES[1], sink.maxPacketBytes());
        assertTrue(sink.trouble().orElse("").contains("no packets larger than 12288 bytes"));
        assertTrue(told.contains("failed: TOO_LARGE"));
    }

    @Test
    void aBatchThatIsTooLargeIsAPacketThatIsTooLarge() {
        // Given
        toOpen();
        sink.send(Unpooled.buffer().writeZero(17_000));

        // When
        kafka.records.errorNext(new RecordBatchTooLargeException("17408"));

        // Then
        assertEquals(SizeProbe.SIZES[1], sink.maxPacketBytes());
        assertFalse(sink.health.up());
    }

    @Test
    void keepsItsPacketsWhenAProbeIsLostAndTriesAgain() {
        // Given
        toProbing();

        // When
        kafka.records.errorNext(new TimeoutException("no broker"));
        sink.drain();
        int atOnce = kafka.records.history().size();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        sink.drain();

        // Then
        assertEquals(1, atOnce);
        assertEquals(2, kafka.records.history().size());
        assertEquals(1, sink.queuedBytes());
        assertFalse(sink.health.up());
    }

    @Test
    void isUpAgainWithoutAPacketOnceAProbeIsTaken() {
        // Given a sink that has lost its last packet
        toOpen();
        sink.send(Unpooled.buffer().writeZero(1));
        kafka.records.errorNext(new TimeoutException("no broker"));
        boolean before = sink.health.up();

        // When
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        sink.drain();
        kafka.records.completeNext();

        // Then
        assertFalse(before);
        assertTrue(sink.health.up());
    }

    @Test
    void isUpAgainAsSoonAsItsTopicIsKnown() {
        // Given
        sink.health.toDown("there is no such topic");

        // When
        sink.toKnown();

        // Then
        assertTrue(sink.health.up());
    }

    /// The client is there, and a probe of the largest size was taken.
    private void toOpen() {
        toProbing();
        kafka.records.completeNext();
        sink.drain();
        kafka.records.completeNext();
    }

    /// A packet of one byte waits for the first probe.
    private void toProbing() {
        sender.open();
        sink.toKnown();
        sink.send(Unpooled.buffer().writeZero(1));
        sink.drain();
    }

    @Test
    void releasesEveryPacket() {
        // Given
        ByteBuf packet = Unpooled.buffer().writeZero(10);

        // When
        sink.send(packet);

        // Then
        assertEquals(0, packet.refCnt());
    }

    @Test
    void forgetsWhatWaitsWhenItIsClosedAndTakesNothingMore() {
        // Given
        sink.send(Unpooled.buffer().writeZero(1024));

        // When
        sink.close("no longer needed");
        sink.close("again");
        sink.send(Unpooled.buffer().writeZero(1024));

        // Then
        assertEquals(0, sink.queuedBytes());
        assertEquals(List.of("waiting", "closed: no longer needed"), told);
    }

    @Test
    void isNamedByItsTopicAndPartition() {
        assertEquals("kafka:topic/0", sink.name());
    }
}
