package io.hikyaku.node.log;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.node.admin.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Standard error belongs to a whole process, so this starts one.
class StandardErrorIT {
    private static final int LINES = 30_000;
    private static final String DROPPED = "hikyaku_log_dropped_total";

    /// What the process does: says more than the queue holds, and then what was dropped.
    static final class Talkative {
        private Talkative() {}

        static void main() {
            StandardError.queue();
            for (int i = 0; i < LINES; i++) {
                System.err.println("-".repeat(63));
            }
            try (Metrics metrics = new Metrics()) {
                StandardError.register(metrics.registry());
                System.out.print(metrics.scrape());
            }
        }
    }

    @Test
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void countsTheLinesThatNobodyReads() throws Exception {
        // Given
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Talkative.class.getName())
                .start();
        try {
            // When
            String metrics = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            // Then
            double dropped = metrics.lines()
                    .filter(line -> line.startsWith(DROPPED))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + DROPPED + " in " + metrics));
            assertTrue(dropped > 0, "dropped " + dropped);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends all the same");
        } finally {
            process.destroyForcibly();
        }
    }
}
