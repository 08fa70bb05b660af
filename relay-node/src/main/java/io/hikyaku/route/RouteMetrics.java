package io.hikyaku.route;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Counters of routing. Event loops add to plain adders; the registry reads them when it is scraped.
final class RouteMetrics {
    private final LongAdder forwardedPackets = new LongAdder();
    private final LongAdder forwardedBytes = new LongAdder();
    private final LongAdder pausesSent = new LongAdder();
    private final LongAdder[] drops = new LongAdder[Drop.values().length];
    private final MeterRegistry registry;

    RouteMetrics(MeterRegistry registry) {
        this.registry = registry;
        counter("hikyaku.route.forwarded.packets", "Packets passed on for others", forwardedPackets);
        counter("hikyaku.route.forwarded.bytes", "Bytes passed on for others", forwardedBytes);
        counter("hikyaku.route.pauses", "Pauses sent to sources", pausesSent);
        for (Drop reason : Drop.values()) {
            LongAdder adder = new LongAdder();
            drops[reason.ordinal()] = adder;
            FunctionCounter.builder("hikyaku.route.dropped.packets", adder, LongAdder::doubleValue)
                    .description("Packets dropped")
                    .tag("reason", reason.label())
                    .register(registry);
        }
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    void onForwarded(int bytes) {
        forwardedPackets.increment();
        forwardedBytes.add(bytes);
    }

    long forwardedPackets() {
        return forwardedPackets.sum();
    }

    void onPause() {
        pausesSent.increment();
    }

    void onDrop(Drop reason) {
        drops[reason.ordinal()].increment();
    }

    long dropped(Drop reason) {
        return drops[reason.ordinal()].sum();
    }

    private void counter(String name, String description, LongAdder adder) {
        FunctionCounter.builder(name, adder, LongAdder::doubleValue)
                .description(description)
                .register(registry);
    }
}
