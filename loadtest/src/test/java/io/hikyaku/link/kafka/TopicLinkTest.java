package io.hikyaku.link.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
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

class TopicLinkTest {
    private static final int MANY = 1000;

    private final PretendedKafka kafka = new PretendedKafka();
    private final RecordSender sender = new RecordSender(Map.of(), kafka);
    private final List<String> told = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final TopicLink link = new TopicLink(
            new Inbox("topic", 0),
            new SizeProbe(new NodeId(1, 2), nanos::get),
            sender,
            new TopicLink.Marks(4096, 1024),
            new Told());

    /// Remembers what the link tells.
    private final class Told implements TopicLink.Owner {
        @Override
        public void onWaiting(TopicLink waiting) {
            told.add("waiting");
        }

        @Override
        public void onFailure(TopicLink failing, KafkaFailure failure) {
            told.add("failed: " + failure.reason());
        }

        @Override
        public void onDrained(TopicLink drained) {
            told.add("drained");
        }

        @Override
        public void onClosed(TopicLink closed, String reason) {
            told.add("closed: " + reason);
        }
    }

    @Test
    void keepsEveryPacketUntilThePartitionIsKnown() {
        // When
        for (int i = 0; i < MANY; i++) {
            link.send(Unpooled.buffer().writeZero(1024));
        }

        // Then
        assertEquals(MANY * 1024L, link.queuedBytes());
        assertEquals(0, sender.lost.sum());
        assertEquals("waiting", told.getLast());
    }

    @Test
    void keepsEveryPacketThatTheClientDoesNotTake() {
        // Given a client that is not there
        link.send(Unpooled.buffer().writeZero(1024));

        // When
        link.toKnown();

        // Then
        assertEquals(1024, link.queuedBytes());
        assertEquals(0, sender.lost.sum());
    }

    @Test
    void tellsThatItDrained() {
        // Given a link that was filled above its mark
        toOpen();
        for (int i = 0; i < 5; i++) {
            link.send(Unpooled.buffer().writeZero(1024));
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
        assertEquals(1024, link.queuedBytes());
    }

    @Test
    void aTopicThatTakesOnlySmallPacketsWorksAndIsSaidToBeSlow() {
        // Given
        toProbing();

        // When
        kafka.records.errorNext(new RecordTooLargeException("17408"));
        link.drain();
        kafka.records.completeNext();

        // Then
        assertTrue(link.health.up());
        assertEquals(SizeProbe.SIZES[1], link.maxPacketBytes());
        assertTrue(link.trouble().orElse("").contains("no packets larger than 12288 bytes"));
        assertTrue(told.contains("failed: TOO_LARGE"));
    }

    @Test
    void aBatchThatIsTooLargeIsAPacketThatIsTooLarge() {
        // Given
        toOpen();
        link.send(Unpooled.buffer().writeZero(17_000));

        // When
        kafka.records.errorNext(new RecordBatchTooLargeException("17408"));

        // Then
        assertEquals(SizeProbe.SIZES[1], link.maxPacketBytes());
        assertFalse(link.health.up());
    }

    @Test
    void keepsItsPacketsWhenAProbeIsLostAndTriesAgain() {
        // Given
        toProbing();

        // When
        kafka.records.errorNext(new TimeoutException("no broker"));
        link.drain();
        int atOnce = kafka.records.history().size();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        link.drain();

        // Then
        assertEquals(1, atOnce);
        assertEquals(2, kafka.records.history().size());
        assertEquals(1, link.queuedBytes());
        assertFalse(link.health.up());
    }

    @Test
    void isUpAgainWithoutAPacketOnceAProbeIsTaken() {
        // Given a link that has lost its last packet
        toOpen();
        link.send(Unpooled.buffer().writeZero(1));
        kafka.records.errorNext(new TimeoutException("no broker"));
        boolean before = link.health.up();

        // When
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        link.drain();
        kafka.records.completeNext();

        // Then
        assertFalse(before);
        assertTrue(link.health.up());
    }

    @Test
    void isUpAgainAsSoonAsItsTopicIsKnown() {
        // Given
        link.health.toDown("there is no such topic");

        // When
        link.toKnown();

        // Then
        assertTrue(link.health.up());
    }

    /// The client is there, and a probe of the largest size was taken.
    private void toOpen() {
        toProbing();
        kafka.records.completeNext();
        link.drain();
        kafka.records.completeNext();
    }

    /// A packet of one byte waits for the first probe.
    private void toProbing() {
        sender.open();
        link.toKnown();
        link.send(Unpooled.buffer().writeZero(1));
        link.drain();
    }

    @Test
    void releasesEveryPacket() {
        // Given
        ByteBuf packet = Unpooled.buffer().writeZero(10);

        // When
        link.send(packet);

        // Then
        assertEquals(0, packet.refCnt());
    }

    @Test
    void forgetsWhatWaitsWhenItIsClosedAndTakesNothingMore() {
        // Given
        link.send(Unpooled.buffer().writeZero(1024));

        // When
        link.close(Goodbye.Code.OTHER, "no longer needed");
        link.close(Goodbye.Code.OTHER, "again");
        link.send(Unpooled.buffer().writeZero(1024));

        // Then
        assertEquals(0, link.queuedBytes());
        assertEquals(List.of("waiting", "closed: no longer needed"), told);
    }

    @Test
    void standsForNobodyInParticular() {
        assertEquals(NodeId.NONE, link.neighbour().node());
        assertEquals("kafka:topic/0", link.name());
    }
}
