package io.hikyaku.link.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.link.Goodbye;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicLinkTest {
    private static final int MANY = 1000;

    private final PretendedKafka kafka = new PretendedKafka();
    private final RecordSender sender = new RecordSender(Map.of(), kafka);
    private final List<String> told = new ArrayList<>();
    private final TopicLink link =
            new TopicLink(new Inbox("topic", 0), new NodeId(1, 2), sender, new TopicLink.Marks(4096, 1024), new Told());

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

    /// The client is there, and a probe of the largest size was taken.
    private void toOpen() {
        sender.open();
        link.toKnown();
        link.send(Unpooled.buffer().writeZero(1));
        link.drain();
        kafka.records.completeNext();
        link.drain();
        kafka.records.completeNext();
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
