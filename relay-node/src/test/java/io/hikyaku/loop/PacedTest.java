package io.hikyaku.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacedTest {
    private final VirtualTime time = new VirtualTime();
    private final List<Long> millis = new ArrayList<>();
    private int failures;
    private final Paced paced = new Paced(time, Duration.ofMillis(100), () -> {
        millis.add(time.nanos() / 1_000_000);
        if (failures > 0) {
            failures--;
            throw new IllegalArgumentException("not now");
        }
    });

    @Test
    void runsAtOnceAndThenOncePerGap() {
        // When
        for (int i = 0; i < 25; i++) {
            paced.request();
            time.run(Duration.ofMillis(10));
        }
        time.run(Duration.ofSeconds(5));

        // Then
        assertEquals(List.of(0L, 100L, 200L, 300L), millis);
    }

    @Test
    void whatFailsIsTriedAgainWithoutAnotherRequest() {
        // Given
        failures = 2;

        // When
        paced.request();
        time.runDespiteFailures(Duration.ofSeconds(5));

        // Then
        assertEquals(List.of(0L, 1000L, 2000L), millis);
    }
}
