package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.RegistryLimits;
import io.hikyaku.route.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private final VirtualTime time = new VirtualTime();
    private final List<NodeDocument> published = new ArrayList<>();
    private final List<Long> millis = new ArrayList<>();
    private final Publisher publisher = new Publisher(
            (sequence, leaving) -> TestDocuments.of(new NodeId(1, 1), sequence, leaving),
            document -> new byte[] {(byte) document.sequence()},
            List.of((document, signed) -> {
                published.add(document);
                millis.add(time.nanos() / 1_000_000);
                assertEquals((byte) document.sequence(), signed[0]);
            }),
            RegistryLimits.DEFAULTS,
            time,
            new Random(1));

    @BeforeEach
    void start() {
        publisher.start();
        time.pass(Duration.ofMillis(1));
    }

    @Test
    void publishesAtOnceAndAtEachRefreshUnderRisingSequences() {
        // When
        time.pass(Duration.ofSeconds(35));
        // Then
        assertEquals(List.of(0L, 10_000L, 20_000L, 30_000L), millis);
        assertEquals(
                LongStream.rangeClosed(1, 4).boxed().toList(),
                published.stream().map(NodeDocument::sequence).toList());
    }

    @Test
    void manyChangesAtOnceArePublishedOnce() {
        // When
        time.pass(Duration.ofMillis(999));
        for (int i = 0; i < 10; i++) {
            publisher.onChange();
        }
        time.pass(Duration.ofSeconds(5));
        // Then
        assertEquals(List.of(0L, 1_050L), millis);
        // When
        time.pass(Duration.ofMillis(5_050));
        // Then the refresh counts from there
        assertEquals(List.of(0L, 1_050L, 11_050L), millis);
    }

    @Test
    void lastingChangesArePublishedTwiceASecond() {
        // When
        for (int i = 0; i < 300; i++) {
            publisher.onChange();
            time.pass(Duration.ofMillis(10));
        }
        // Then
        assertEquals(List.of(0L, 500L, 1_000L, 1_500L, 2_000L, 2_500L, 3_000L), millis);
    }

    @Test
    void newcomersAreGreetedSoonAndAtMostOnceASecond() {
        // When
        for (int i = 0; i < 50; i++) {
            publisher.onNewcomer();
            time.pass(Duration.ofMillis(100));
        }
        // Then
        assertTrue(millis.get(1) < 1_000, "first greeting after " + millis.get(1));
        for (int i = 2; i < millis.size(); i++) {
            assertTrue(millis.get(i) - millis.get(i - 1) >= 1_000, "greetings at " + millis);
        }
        assertTrue(millis.size() >= 4, "greetings at " + millis);
    }

    @Test
    void whoLeavesSaysSoAndNothingAfter() {
        // When
        publisher.leave();
        publisher.onChange();
        publisher.onNewcomer();
        time.pass(Duration.ofSeconds(60));
        // Then
        assertEquals(2, published.size());
        assertTrue(published.getLast().leaving());
    }
}
