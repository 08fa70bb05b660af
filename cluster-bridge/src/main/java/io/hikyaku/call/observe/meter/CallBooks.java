package io.hikyaku.call.observe.meter;

import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.log.AccessLog;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// The books of all service ports of a bridge. Labels are service ports of the configuration, names of clusters, and
/// closed sets; never what callers send. From any thread.
public final class CallBooks {
    private final MeterRegistry registry;
    private final CallObservers observers;
    private final PeerLabels labels = new PeerLabels();
    private final CallHistograms histograms = new CallHistograms();
    private final Map<String, LongAdder> gauges = new ConcurrentHashMap<>();
    private final Map<String, ServiceCalls> calls = new ConcurrentHashMap<>();

    public CallBooks(MeterRegistry registry, CallObservers observers) {
        this.registry = registry;
        this.observers = observers;
        histograms.register(registry);
        AccessLog log = observers.log();
        if (log != null) {
            count("hikyaku.access.log.lines", "Lines written to the access log", log.written());
            count("hikyaku.access.log.dropped", "Lines that the access log lost", log.dropped());
        }
    }

    /// The calls of a service port on one side; the same object each time.
    public ServiceCalls calls(Side side, String servicePort) {
        return calls.computeIfAbsent(side + " " + servicePort, key -> {
            Tags tags = Tags.of("side", side.toString(), "service", servicePort);
            LongAdder inFlight = gauge("hikyaku.calls.in.flight", tags);
            return new ServiceCalls(side, servicePort, this, inFlight);
        });
    }

    /// Those of all service ports.
    public Collection<ServiceCalls> all() {
        return calls.values();
    }

    /// A number that goes up and down.
    public LongAdder gauge(String name, Tags tags) {
        return gauges.computeIfAbsent(name + tags, key -> {
            LongAdder value = new LongAdder();
            Gauge.builder(name, value, LongAdder::sum).tags(tags).register(registry);
            return value;
        });
    }

    private void count(String name, String description, LongAdder value) {
        FunctionCounter.builder(name, value, LongAdder::sum)
                .description(description)
                .register(registry);
    }

    MeterRegistry registry() {
        return registry;
    }

    CallHistograms histograms() {
        return histograms;
    }

    PeerLabels labels() {
        return labels;
    }

    CallObservers observers() {
        return observers;
    }
}
