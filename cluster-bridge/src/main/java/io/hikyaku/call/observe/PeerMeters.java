package io.hikyaku.call.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/// The meters of one service port's calls with one other cluster. Each is looked up once.
final class PeerMeters {
    /// Upper bounds of the histograms' buckets.
    static final Duration[] BOUNDS = LongStream.of(
                    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    /// `1xx` to `5xx` after what had no status.
    private static final List<String> CLASSES = List.of("none", "1xx", "2xx", "3xx", "4xx", "5xx");

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Map<String, Counter>> calls = new ArrayList<>();
    private final Timer duration;
    private final Timer firstByte;
    private final Counter requestBytes;
    private final Counter responseBytes;

    /// @param tags side, service and peer
    PeerMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        CLASSES.forEach(_ -> calls.add(new ConcurrentHashMap<>()));
        duration = timer("hikyaku.call.duration", "From the beginning of a call to its end");
        firstByte = timer("hikyaku.call.first.byte", "From the beginning of a call to the first byte of its answer");
        requestBytes = bytes("hikyaku.call.request.bytes", "Bytes of requests, without their heads");
        responseBytes = bytes("hikyaku.call.response.bytes", "Bytes of answers, without their heads");
    }

    void onBytes(long request, long response) {
        requestBytes.increment((double) request);
        responseBytes.increment((double) response);
    }

    void onFinish(Observation call) {
        int status = call.status() / 100;
        int known = status < CLASSES.size() ? status : 0;
        calls.get(known)
                .computeIfAbsent(call.outcome(), outcome -> counter(outcome, CLASSES.get(known)))
                .increment();
        duration.record(call.durationNanos(), TimeUnit.NANOSECONDS);
        if (call.firstByteNanos() >= 0) {
            firstByte.record(call.firstByteNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Counter counter(String outcome, String statusClass) {
        return Counter.builder("hikyaku.calls")
                .description("Calls that ended")
                .tags(tags)
                .tag("outcome", outcome)
                .tag("status", statusClass)
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tags(tags)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
    }

    private Counter bytes(String name, String description) {
        return Counter.builder(name)
                .description(description)
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
    }
}
