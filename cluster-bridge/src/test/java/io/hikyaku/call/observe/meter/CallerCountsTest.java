package io.hikyaku.call.observe.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.meter.CallerCounts.Counted;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerCountsTest {
    private final CallerCounts counts = new CallerCounts();

    @Test
    void callsAreCountedByClusterAndNamespace() {
        // When
        counts.add("tokyo", "web");
        counts.add("tokyo", "web");
        counts.add("tokyo", "");
        counts.add("osaka", "web");

        // Then
        assertEquals(
                Set.of(new Counted("tokyo", "web", 2), new Counted("tokyo", "", 1), new Counted("osaka", "web", 1)),
                Set.copyOf(counts.all()));
    }

    @Test
    void whoComesAfterTheBoundIsCountedWithTheOthers() {
        // Given
        for (int i = 0; i < CallerCounts.MAX; i++) {
            counts.add("tokyo", "web-" + i);
        }
        assertEquals(CallerCounts.MAX, counts.all().size());

        // When
        counts.add("osaka", "web");
        counts.add("edge", "web");
        counts.add("tokyo", "web-0");

        // Then
        assertEquals(CallerCounts.MAX + 1, counts.all().size());
        assertTrue(counts.all().contains(new Counted(CallerCounts.OTHER, "", 2)));
        assertTrue(counts.all().contains(new Counted("tokyo", "web-0", 2)));
    }
}
