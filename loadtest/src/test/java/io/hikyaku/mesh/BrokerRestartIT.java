package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.KafkaServer;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A single broker that restarts under calls: those that cannot be served are told so soon, and calls succeed again
/// right after it is back.
@Timeout(180)
class BrokerRestartIT {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRestartIT.class);
    private static final String ORDERS = "shop/orders";
    private static final int PER_SECOND = 100;
    private static final Duration BACK = Duration.ofSeconds(10);
    /// A fetch is missed after 3 seconds; the rest is for a busy machine.
    private static final Duration KNOWN = Duration.ofSeconds(8);

    /// What was on its way may wait until its channel is dead, which takes 3 seconds, too.
    private static final Duration TOLD = KNOWN.plusSeconds(2);

    /// How long a refusal may take that waits for nothing; whoever waits for a way does so for 10 seconds.
    private static final Duration AT_ONCE = Duration.ofSeconds(4);

    private static final Duration OUTAGE = Duration.ofSeconds(12);

    @TempDir
    Path folder;

    @Test
    void callersAreToldOfTheOutageAndServedRightAfterIt() throws Exception {
        // Given
        try (KafkaServer broker = KafkaServer.open();
                Mesh mesh = new Mesh(folder);
                ScriptedService service = ScriptedService.following(new HttpScript("osaka"))) {
            mesh.prepareKafka(broker, "tokyo", "osaka");
            String links = "links:\n" + Mesh.linkTo(broker);
            mesh.bridge("osaka", links + Mesh.exports("http", Map.of(ORDERS, service.port())));
            MeshBridge tokyo = mesh.bridge("tokyo", links + Mesh.imports("http", ORDERS));
            tokyo.awaitAnswer(ORDERS);
            PacedCalls calls = new PacedCalls(tokyo, ORDERS, PER_SECOND);
            Await.until("calls succeed", () -> calls.firstGoodAfter(0) > 0);

            // When
            long gone = System.nanoTime();
            broker.stop();
            long stopped = System.nanoTime();
            Await.until("the outage lasts", () -> System.nanoTime() - stopped >= OUTAGE.toNanos());
            broker.start();
            long serves = System.nanoTime();
            Await.until("calls succeed again", () -> calls.firstGoodAfter(serves) > 0);
            long back = calls.firstGoodAfter(serves);
            Await.until("it lasts", () -> calls.firstGoodAfter(back + OUTAGE.toNanos() / 4) > 0);
            List<PacedCalls.Call> all = calls.stop();

            // Then
            List<PacedCalls.Call> failed =
                    all.stream().filter(call -> !call.isGood()).toList();
            long lastGood = all.stream()
                    .filter(call -> call.isGood() && call.endedAt() < serves)
                    .mapToLong(PacedCalls.Call::endedAt)
                    .max()
                    .orElse(gone);
            LOG.warn(
                    "{} of {} calls failed; {} ms without a good one, {} ms after the broker served again; {} at once",
                    failed.size(),
                    all.size(),
                    millis(back - lastGood),
                    millis(back - serves),
                    calls.mostRunning());
            assertTrue(back - serves <= BACK.toNanos(), "back after " + millis(back - serves) + " ms");
            long unknown = millis(stopped - gone) + KNOWN.toMillis();
            assertTrue(calls.mostRunning() <= unknown * PER_SECOND / 1000, calls.mostRunning() + " calls waited");
            assertEquals(
                    List.of(),
                    failed.stream()
                            .filter(call -> call.endedAt() - Math.max(call.begunAt(), stopped) > TOLD.toNanos())
                            .toList(),
                    "calls that waited on when the outage was known");
            List<PacedCalls.Call> late = all.stream()
                    .filter(call -> call.begunAt() > stopped + KNOWN.toNanos() && call.begunAt() < serves)
                    .toList();
            assertTrue(late.size() > PER_SECOND, "calls that came when the outage was known");
            assertEquals(
                    List.of(),
                    late.stream()
                            .filter(call -> call.status() != 503
                                    || call.retryAfter().isEmpty()
                                    || call.took().compareTo(AT_ONCE) > 0)
                            .toList());
            assertEquals(
                    List.of(),
                    all.stream()
                            .filter(call -> !call.isGood() && call.begunAt() > serves + BACK.toNanos())
                            .toList());
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
