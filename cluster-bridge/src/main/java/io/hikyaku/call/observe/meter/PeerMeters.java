package io.hikyaku.call.observe.meter;

import io.hikyaku.call.observe.Observation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The meters of one service port's calls with one other cluster. Each is looked up once.
final class PeerMeters {
    /// `1xx` to `5xx` after what had no status.
    private static final List<String> CLASSES = List.of("none", "1xx", "2xx", "3xx", "4xx", "5xx");

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Map<String, Counter>> calls = new ArrayList<>();
    private final DurationHistogram duration;
    private final DurationHistogram firstByte;
    private final Counter requestBytes;
    private final Counter responseBytes;

    /// @param tags side, service and peer
    PeerMeters(MeterRegistry registry, CallHistograms histograms, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        CLASSES.forEach(_ -> calls.add(new ConcurrentHashMap<>()));
        duration = histograms.duration(tags);
        firstByte = histograms.firstByte(tags);
        requestBytes = bytes("hikyaku.call.request.bytes", "Bytes of requests, without their heads");
        responseBytes = bytes("hikyaku.call.response.bytes", "Bytes of responses, without their heads");
    }

    void onBytes(long request, long response) {
        if (request > 0) {
            requestBytes.increment((double) request);
        }
        if (response > 0) {
            responseBytes.increment((double) response);
        }
    }

    void onFinish(Observation call) {
        int status = call.status() / 100;
        int known = status < CLASSES.size() ? status : 0;
        calls.get(known)
                .computeIfAbsent(call.outcome(), outcome -> counter(outcome, CLASSES.get(known)))
                .increment();
        duration.add(call.durationNanos());
        if (call.firstByteNanos() >= 0) {
            firstByte.add(call.firstByteNanos());
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

    private Counter bytes(String name, String description) {
        return Counter.builder(name)
                .description(description)
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
    }
}
