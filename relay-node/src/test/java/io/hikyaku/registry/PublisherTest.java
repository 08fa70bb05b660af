package io.hikyaku.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private final VirtualTime time = new VirtualTime();
    private final List<SignedDocument> published = new ArrayList<>();
    private final List<Long> millis = new ArrayList<>();
    private final List<Long> beats = new ArrayList<>();
    private final DocumentMaker maker = new DocumentMaker(InstanceKey.generate());
    private boolean tooLarge;
    private final Publisher publisher = new Publisher(
            (sequence, leaving) -> TestDocuments.of(new NodeId(1, 1), sequence, leaving),
            new Publisher.Signer() {
                @Override
                public SignedDocument make(NodeDocument document) {
                    if (tooLarge) {
                        throw new IllegalArgumentException("too large");
                    }
                    return maker.make(document);
                }

                @Override
                public Beat beat(long sequence, long count) {
                    return maker.beat(sequence, count);
                }
            },
            List.of(new Publisher.Sink() {
                @Override
                public void publish(SignedDocument document) {
                    published.add(document);
                    millis.add(time.nanos() / 1_000_000);
                }

                @Override
                public void beat(Beat beat) {
                    assertEquals(beats.size() + 1, beat.count());
                    beats.add(time.nanos() / 1_000_000);
                }
            }),
            RegistryLimits.DEFAULTS,
            time,
            new Random(1));

    @BeforeEach
    void start() {
        publisher.start();
        time.run(Duration.ofMillis(1));
    }

    @Test
    void publishesAtOnceAndBeatsAtEachRefresh() {
        // When
        time.run(Duration.ofSeconds(35));
        // Then
        assertEquals(List.of(0L), millis);
        assertEquals(List.of(10_000L, 20_000L, 30_000L), beats);
    }

    @Test
    void aDocumentThatCannotBeMadeIsTriedAgainAndHealsByAChange() {
        // Given
        tooLarge = true;
        publisher.onChange();
        time.runDespiteFailures(Duration.ofSeconds(25));
        assertEquals(List.of(0L), millis);
        // When
        tooLarge = false;
        publisher.onChange();
        time.run(Duration.ofSeconds(1));
        // Then
        assertEquals(2, published.size());
        assertTrue(published.getLast().sequence() > published.getFirst().sequence());
        // When it is only the next refresh that comes
        tooLarge = true;
        publisher.onChange();
        time.runDespiteFailures(Duration.ofSeconds(1));
        tooLarge = false;
        time.run(Duration.ofSeconds(10));
        // Then
        assertEquals(3, published.size());
    }

    @Test
    void manyChangesAtOnceArePublishedOnce() {
        // When
        time.run(Duration.ofMillis(999));
        for (int i = 0; i < 10; i++) {
            publisher.onChange();
        }
        time.run(Duration.ofSeconds(5));
        // Then
        assertEquals(List.of(0L, 1_050L), millis);
    }

    @Test
    void lastingChangesArePublishedTwiceASecond() {
        // When
        for (int i = 0; i < 300; i++) {
            publisher.onChange();
            time.run(Duration.ofMillis(10));
        }
        // Then
        assertEquals(List.of(0L, 500L, 1_000L, 1_500L, 2_000L, 2_500L, 3_000L), millis);
    }

    @Test
    void newcomersAreGreetedSoonAndAtMostOnceASecond() {
        // When
        for (int i = 0; i < 50; i++) {
            publisher.onNewcomer();
            time.run(Duration.ofMillis(100));
        }
        // Then
        assertTrue(beats.get(0) < 1_000, "first greeting after " + beats.get(0));
        for (int i = 1; i < beats.size(); i++) {
            assertTrue(beats.get(i) - beats.get(i - 1) >= 1_000, "greetings at " + beats);
        }
        assertTrue(beats.size() >= 3, "greetings at " + beats);
    }

    @Test
    void whoLeavesSaysSoAndNothingAfter() {
        // When
        publisher.leave();
        publisher.onChange();
        publisher.onNewcomer();
        time.run(Duration.ofSeconds(60));
        // Then
        assertEquals(2, published.size());
        assertTrue(published.getLast().head().leaving());
        assertEquals(List.of(), beats);
    }
}
