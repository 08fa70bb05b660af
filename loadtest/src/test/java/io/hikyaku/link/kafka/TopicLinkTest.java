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
    private static final int MANY = (int) TopicLink.MAX_WAITING / 1024;

    private final RecordSender sender = new RecordSender(Map.of());
    private final List<String> told = new ArrayList<>();
    private final TopicLink link =
            new TopicLink(new Inbox("topic", 0), sender, new TopicLink.Marks(4096, 1024), new Told());

    /// Remembers what the link tells.
    private final class Told implements TopicLink.Owner {
        @Override
        public void onUnknown(TopicLink unknown) {
            told.add("unknown");
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
    void keepsPacketsUpToItsBoundUntilThePartitionIsKnown() {
        // When
        for (int i = 0; i < MANY + 1; i++) {
            link.send(Unpooled.buffer().writeZero(1024));
        }

        // Then
        assertEquals(TopicLink.MAX_WAITING, link.queuedBytes());
        assertEquals(1, sender.lost.sum());
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
    void tellsThatItDrained() {
        // Given
        for (int i = 0; i < 5; i++) {
            link.send(Unpooled.buffer().writeZero(1024));
        }

        // When: there is no client, so each record fails at once
        link.toKnown();

        // Then
        assertEquals(List.of("drained"), told);
        assertEquals(0, link.queuedBytes());
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
        assertEquals(List.of("closed: no longer needed"), told);
    }

    @Test
    void standsForNobodyInParticular() {
        assertEquals(NodeId.NONE, link.neighbour().node());
        assertEquals("kafka:topic/0", link.name());
    }
}
